import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { CheckoutFailed, type CheckoutOptions } from '../../worker/ports.js';
import { withoutCredentials } from './credentials.js';
import type { GitCommand } from './git-command.js';
import { fetchLarge, requireLfs, settleIndex, withLargeFiles } from './lfs.js';
import type { Session, Source } from './session.js';
import { submoduleDirectory } from './submodule-path.js';
import { submoduleUrl } from './submodule-url.js';
import { listSubmodules, type Submodule } from './submodules.js';
import { FetchFailed } from './tries.js';
import { submoduleMirror } from './wanted.js';
import { fillWorkspace, nameSubmodule } from './workspace-git.js';

/** A commit may name another, and that one the next: a server that makes them up must come to an end. */
const MOST_SUBMODULES = 200;

export interface Target {
  readonly directory: string;
  readonly options: CheckoutOptions;
  /** Where the mirrors of this repository's submodules are. */
  readonly submodules: string;
}

/** Fetches a commit and puts its files into the directory, with those of its submodules where they are asked for. */
export async function layOut(session: Session, top: Source, target: Target): Promise<void> {
  const { options } = target;
  if (options.lfs) await requireLfs(session.local);
  await layOutOne(session, top, target.directory, options);
  if (!options.submodules) return;
  const queue = [{ source: top, directory: target.directory, inside: '' }];
  for (const { source, directory, inside } of queue) {
    const found = await naming(inside, listSubmodules(session.local, source.mirror, source.wanted.sha));
    for (const submodule of found) {
      const place = path.posix.join(inside, submodule.path);
      if (queue.length > MOST_SUBMODULES)
        throw new CheckoutFailed(`submodule ${place}: there are more than ${MOST_SUBMODULES} of them`);
      const one = await naming(place, layOutSubmodule(session, { source, directory }, submodule, target));
      queue.push({ ...one, inside: place });
    }
  }
}

interface LaidOut {
  readonly source: Source;
  readonly directory: string;
}

async function layOutSubmodule(
  session: Session,
  parent: LaidOut,
  { name, path: inside, url: written, sha }: Submodule,
  { options, submodules }: Target,
): Promise<LaidOut> {
  const { url } = withoutCredentials(submoduleUrl(written, parent.source.url));
  const mirror = submoduleMirror(submodules, url);
  await mkdir(mirror, { recursive: true });
  const source = { mirror, url, wanted: { sha, ref: parent.source.wanted.ref } };
  const directory = await submoduleDirectory(parent.directory, inside);
  // Another's server may name any address for its large files: they stay pointers.
  await layOutOne(session, source, directory, { ...options, lfs: options.lfs && session.isOwn(url) });
  await nameSubmodule(parent.directory, name, url.href);
  return { source, directory };
}

async function layOutOne(
  session: Session,
  source: Source,
  directory: string,
  { lfs, depth }: CheckoutOptions,
): Promise<void> {
  const { mirror, url, wanted } = source;
  const git = lfs ? withLargeFiles(session.local, mirror, url) : session.local;
  const large = async (remote: GitCommand): Promise<void> => fetchLarge(remote, mirror, url, wanted.sha);
  const fill = async (tagObject: string): Promise<void> =>
    fillWorkspace(git, directory, {
      mirror,
      url: url.href,
      wanted,
      tagObject,
      ...(depth !== undefined && { depth }),
    });
  await session.withCommit(source, fill, lfs ? large : undefined);
  if (lfs) await settleIndex(directory);
}

/** What fails says in which submodule; one that cannot be fetched is most often somebody else's secret. */
async function naming<T>(inside: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (inside === '' || !(error instanceof CheckoutFailed)) throw error;
    const advice =
      error instanceof FetchFailed
        ? '\nThe token of a checkout opens its own repository alone. A private submodule can be fetched in a stage, with a secret of yours.'
        : '';
    throw new CheckoutFailed(`submodule ${inside}: ${error.message}${advice}`, { cause: error });
  }
}
