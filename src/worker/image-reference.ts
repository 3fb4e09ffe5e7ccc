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
