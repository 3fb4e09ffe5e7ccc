import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import type { Checkout, CheckoutOptions, CheckoutRequest } from '../../worker/ports.js';
import { layOut } from './lay-out.js';
import { objectsOf } from './mirror.js';
import { type GitOptions, gitSessions, type Session, type Source } from './session.js';
import { listTree } from './tree.js';
import { mirrorPath, submodulesPath, wantedOf } from './wanted.js';

export type { GitOptions } from './session.js';

const PLAIN: CheckoutOptions = { submodules: false, lfs: false };

/** Checks out from one bare mirror per repository. One process uses a mirrors' directory at a time. */
export function gitCheckout(options: GitOptions): Checkout {
  const open = gitSessions(options);
  const mirrors = path.resolve(options.mirrors);

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
      for (const directory of borrowed) await mkdir(directory, { recursive: true });
      return borrowed;
    },
    async checkout(request, signal, log = () => undefined) {
      const session = open(request, signal, log);
      await layOut(session, sourceOf(request, session), {
        directory: request.directory,
        options: request.options ?? PLAIN,
        submodules: submodulesPath(mirrors, request.repository),
      });
      return { borrowed: borrowsOf(request) };
    },
    async tree(request, signal) {
      const session = open(request, signal, () => undefined);
      const source = sourceOf(request, session);
      return await session.withCommit(source, () =>
        listTree(session.local, source.mirror, source.wanted.sha),
      );
    },
  };
}
