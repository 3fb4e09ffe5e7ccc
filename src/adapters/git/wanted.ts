import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Repository, Trigger } from '../../pipeline/model.js';
import { CheckoutFailed } from '../../worker/ports.js';

/** What is fetched, in words that git cannot take for an option or a pattern. */
export interface Wanted {
  readonly sha: string;
  /** Full; only ever hashed. */
  readonly ref: string;
  readonly branch?: string;
  readonly tag?: string;
}

/** @throws CheckoutFailed when the commit is not one */
export function wantedOf({ sha, ref, branch, tag }: Trigger): Wanted {
  if (!/^[0-9a-f]{40}([0-9a-f]{24})?$/.test(sha)) throw new CheckoutFailed(`${sha} is no commit id`);
  return {
    sha,
    ref,
    ...(branch !== undefined && isRefName(branch) && { branch }),
    ...(tag !== undefined && isRefName(tag) && { tag }),
  };
}

/**
 * A mirror's ref for one of the repository's: a name of its own, because `a` and `a/b` cannot both be
 * files. One per branch, so that they do not grow with commits and git can say what it has.
 */
export function refKey(ref: string): string {
  return `refs/cyclone/${createHash('sha256').update(ref).digest('hex').slice(0, 40)}`;
}

/** A repository's mirror: by host and id, which survive a rename. */
export function mirrorPath(mirrors: string, repository: Repository): string {
  const { host } = parseCloneUrl(repository.cloneUrl);
  const origin = host === '' ? 'local' : host.replaceAll(/[^A-Za-z0-9.-]/g, '_');
  // Without a host ids of several servers would meet.
  const suffix =
    host === '' ? `-${createHash('sha256').update(repository.cloneUrl).digest('hex').slice(0, 10)}` : '';
  return path.join(mirrors, `${origin}-${repository.id}${suffix}.git`);
}

/**
 * The mirrors of a repository's submodules: in one directory, which is mounted before it is known which they are.
 * Each repository has its own, or its stages would see what only others may.
 */
export function submodulesPath(mirrors: string, repository: Repository): string {
  return mirrorPath(mirrors, repository).replace(/git$/, 'submodules');
}

export function submoduleMirror(directory: string, url: URL): string {
  return path.join(directory, `${createHash('sha256').update(url.href).digest('hex').slice(0, 40)}.git`);
}

/** @throws CheckoutFailed when it is no URL */
export function parseCloneUrl(url: string): URL {
  if (!URL.canParse(url)) throw new CheckoutFailed('the clone URL is no URL');
  return new URL(url);
}

/** As `git check-ref-format` has it: what may be a ref may also be a line of its input. */
function isRefName(name: string): boolean {
  return (
    // oxlint-disable-next-line no-control-regex -- these are what git forbids
    !/[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|^[/.-]|\/\.|[/.]$|\.lock(\/|$)/.test(name) &&
    name !== '' &&
    name !== '@'
  );
}
