import { EngineRefused } from '../../worker/ports.js';

/** An image reference in its parts: `registry.example:5000/team/api:1.2@sha256:…`. */
export interface Reference {
  /** As Docker shows it: host and path, without `docker.io/` and `library/`. */
  readonly name: string;
  /** Host and port of the registry; `docker.io` when none is named. */
  readonly registry: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** A name may hold 255 characters, a tag 128, a digest of SHA-512 135. */
const LONGEST = 520;

// The grammar of https://github.com/distribution/reference/blob/main/reference.go
const component = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
const domain =
  '(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*|\\[[0-9a-fA-F:]+\\])(?::[0-9]+)?';
const grammar = new RegExp(
  `^(?:(?<host>${domain})/)?(?<path>${component}(?:/${component})*)(?::(?<tag>[\\w][\\w.-]{0,127}))?(?:@(?<digest>[a-zA-Z][\\w+.-]*:[0-9a-fA-F]{32,}))?$`,
);

/**
 * Everything that reaches a URL of the engine as an image goes through here: `../containers/x?force=1` is not an image.
 * @throws EngineRefused `image` when it is no reference
 */
export function parseReference(text: string): Reference {
  const parts = text.length <= LONGEST ? grammar.exec(text)?.groups : undefined;
  if (!parts?.['path']) {
    const hint = text !== text.toLowerCase() ? ' (names of images are lower case)' : '';
    throw new EngineRefused('image', `"${text}" is not an image reference${hint}`);
  }
  const { host, path, tag, digest } = parts;
  // `team/api` is a path of Docker Hub, `team.example/api` and `localhost/api` name a host.
  const isHost =
    host !== undefined && (/[.:[]/.test(host) || host === 'localhost' || host !== host.toLowerCase());
  const registry = isHost && !['docker.io', 'index.docker.io'].includes(host) ? host : 'docker.io';
  const repository = host === undefined || isHost ? path : `${host}/${path}`;
  return {
    name: registry === 'docker.io' ? repository.replace(/^library\//, '') : `${registry}/${repository}`,
    registry,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** As the engine calls it in its lists and events. */
export function shownAs({ name, tag, digest }: Reference): string {
  return digest === undefined ? `${name}:${tag ?? 'latest'}` : `${name}@${digest}`;
}

/** The digest under which this repository's registry knows an image, from its `RepoDigests` (`name@sha256:…`). */
export function digestIn(
  repoDigests: readonly string[] | null | undefined,
  reference: Reference,
): string | undefined {
  const known = (repoDigests ?? [])
    .map((entry) => parseReference(entry))
    .filter(({ name }) => name === reference.name);
  return known.find(({ digest }) => digest === reference.digest)?.digest ?? known[0]?.digest;
}
