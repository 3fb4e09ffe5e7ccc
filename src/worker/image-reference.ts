/** The registry of an image reference as Docker reads it; Docker Hub is `docker.io`. */
export function registryHost(reference: string): string {
  const slash = reference.indexOf('/');
  const first = slash === -1 ? '' : reference.slice(0, slash);
  return first === 'localhost' || /[.:]/.test(first) ? first : 'docker.io';
}

/** The reference without tag and digest: `host:5000/a/b:tag@sha256:…` → `host:5000/a/b`. */
export function repositoryName(reference: string): string {
  const [named = reference] = reference.split('@');
  const colon = named.lastIndexOf(':');
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named;
}

/** As the engine shows it: `alpine` → `alpine:latest`, `docker.io/library/a:1@sha256:…` → `a@sha256:…`. */
export function shownName(reference: string): string {
  const [named = reference, digest] = reference.split('@');
  const repository = repositoryName(reference);
  const name = repository.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
  return digest === undefined ? `${name}${named.slice(repository.length) || ':latest'}` : `${name}@${digest}`;
}
