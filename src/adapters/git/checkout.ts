import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Checkout, CheckoutOptions, CheckoutRequest } from '../../worker/ports.js';
import { layOut } from './lay-out.js';
import { objectsOf } from './mirror.js';
import { type GitOptions, gitSessions, localGit, type Session, type Source } from './session.js';
import { type MirrorsKept, tidyMirrors } from './tidy.js';
import { listTree } from './tree.js';
import { createUpkeep } from './upkeep.js';
import { mirrorPath, submodulesPath, wantedOf } from './wanted.js';

export type { GitOptions } from './session.js';

const PLAIN: CheckoutOptions = { submodules: false, lfs: false };

export interface GitCheckout extends Checkout {
  /** @param now milliseconds since the epoch @returns how many mirrors were removed */
  tidy(kept: MirrorsKept, now: number, signal: AbortSignal): Promise<{ readonly removed: number }>;
  /** Resolves when nothing is done behind checkouts any more. */
  settled(): Promise<void>;
  /** Ends what is done behind checkouts: the next process goes on with it. */
  close(): void;
}

/** Checks out from one bare mirror per repository. One process uses a mirrors' directory at a time. */
export function gitCheckout(options: GitOptions): GitCheckout {
  const mirrors = path.resolve(options.mirrors);
  const upkeep = createUpkeep(options.borrowed ?? nobody);
  const { uses } = upkeep;
  const open = gitSessions(options, (mirror, local) => upkeep.fetched(mirror, local));

  const sourceOf = ({ repository, trigger }: CheckoutRequest, { url }: Session): Source => ({
    wanted: wantedOf(trigger),
    mirror: mirrorPath(mirrors, repository),
    url,
  });
  const borrowsOf = ({ repository, options: asked = PLAIN }: CheckoutRequest): readonly string[] => [
    objectsOf(mirrorPath(mirrors, repository)),
    // All of them as one: which they are is known when the commit is.
    ...(asked.submodules ? [submodulesPath(mirrors, repository)] : []),
  ];

  return {
    async borrows(request) {
      const borrowed = borrowsOf(request);
      await uses.add(mirrorPath(mirrors, request.repository), request.directory);
      for (const directory of borrowed) await mkdir(directory, { recursive: true });
      return borrowed;
    },
    async fetch(request, signal, log = () => undefined) {
      const session = open(request, signal, log);
      const source = sourceOf(request, session);
      await uses.during(source.mirror, request.directory, () => session.fetch(source));
    },
    async checkout(request, signal, log = () => undefined) {
      const session = open(request, signal, log);
      const source = sourceOf(request, session);
      const target = {
        directory: request.directory,
        options: request.options ?? PLAIN,
        submodules: submodulesPath(mirrors, request.repository),
      };
      await uses.during(source.mirror, request.directory, () => layOut(session, source, target));
      upkeep.begin();
      return { borrowed: borrowsOf(request) };
    },
    async tree(request, signal) {
      const session = open(request, signal, () => undefined);
      const source = sourceOf(request, session);
      const { mirror, wanted } = source;
      const files = await uses.during(mirror, request.directory, () =>
        session.withCommit(source, () => listTree(session.local, mirror, wanted.sha)),
      );
      upkeep.begin();
      return files;
    },
    tidy: (kept, now, signal) =>
      upkeep.alone(() => tidyMirrors({ mirrors, uses, now, command: localGit(options, signal) }, kept)),
    close: () => upkeep.close(),
    settled: () => upkeep.alone(async () => undefined),
  };
}

async function nobody(): Promise<readonly string[]> {
  return [];
}
