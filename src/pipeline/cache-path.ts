/** Where a path of a cache is. */
export type CachePath =
  | { readonly kind: 'workspace'; readonly pattern: string }
  /** Absolute, in the container of the stage. */
  | { readonly kind: 'container'; readonly path: string };

/** Stages run as root. */
const HOME = '/root';

/** A path of the container is absolute or begins with `~`; any other is a pattern in the workspace. */
export function cachePath(text: string): CachePath {
  const absolute = text.replace(/^~(?=\/|$)/, HOME);
  if (!absolute.startsWith('/')) return { kind: 'workspace', pattern: text };
  const parts = absolute.split('/').filter((part) => part !== '' && part !== '.');
  return { kind: 'container', path: `/${parts.join('/')}` };
}

/** What an image is made of: a cache there would hide its programs, or the kernel's files. */
const SYSTEM =
  /^\/(?:bin|boot|dev|etc|lib|lib32|lib64|libx32|proc|run|sbin|sys|usr\/s?bin|usr\/local\/s?bin)(?:\/|$)/;

/** Directories that hold more than anyone's cache; those in them may be one. */
const SHARED =
  /^\/(?:usr|usr\/lib|usr\/lib64|usr\/libexec|usr\/share|usr\/local|usr\/local\/lib|usr\/local\/share|var|var\/lib|root|home|opt|srv|tmp)?$/;

/** Why nothing can be cached there, in words; undefined: it can. */
export function cachePathProblem({ path }: Extract<CachePath, { kind: 'container' }>): string | undefined {
  if (path.split('/').includes('..')) return 'it has a ".." in it';
  if (/[*?[\]{}\\,:]/.test(path)) return 'a path of the container is written without patterns';
  if (/^\/root\/code(?:\/|$)/.test(path)) return 'the workspace is there';
  if (SYSTEM.test(path) || SHARED.test(path)) return 'it would hide what the image has there';
  return undefined;
}
