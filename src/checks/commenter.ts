import type { Repository } from '../pipeline/model.js';
import { type CommentLaneDeps, createCommentLane } from './comment-lane.js';
import type { Gates } from './gate.js';
import { DEFAULT_PACE } from './pace.js';
import type { Answer, Thread } from './ports.js';
import type { Publisher } from './publisher.js';
import { createReloads } from './reloads.js';
import type { Rounds } from './rounds.js';

/** Keeps to one comment on a pull request, which says what is true now. */
export interface Commenter extends Publisher {
  /**
   * Says it in the one comment that we have on a pull request. The answer to a question that was answered
   * changes nothing. Resolves when it is kept; GitHub hears it when there is room for it.
   */
  say(repository: Repository, pull: number, answer: Answer): Promise<void>;
}

export type CommenterDeps = Omit<CommentLaneDeps, 'gate' | 'pace' | 'attempted'> & { readonly gates: Gates };

export function createCommenter(deps: CommenterDeps): Commenter {
  const { store, clock, logger, gates } = deps;
  const lanes = new Map<string, Rounds>();
  const stopping = new AbortController();
  let waiting: (() => void)[] = [];
  const reloads = createReloads({
    read: async (run) => (await store.dirtyOf(run)).forEach(wake),
    settled: settle,
    clock,
    logger,
    stopping: stopping.signal,
  });

  function wake(thread: Thread): void {
    if (stopping.signal.aborted) {
      return;
    }
    const name = `${thread.repository}/${thread.pull}`;
    const lane = lanes.get(name) ?? open(name, thread);
    lanes.set(name, lane);
    lane.wake();
  }

  function open(name: string, thread: Thread): Rounds {
    return createCommentLane(thread, {
      ...deps,
      gate: gates(thread.installationId),
      pace: DEFAULT_PACE,
      attempted: (over) => {
        if (over) {
          lanes.delete(name);
        }
        settle();
      },
    });
  }

  function isIdle(): boolean {
    return !reloads.isBusy() && ![...lanes.values()].some((lane) => lane.dirty());
  }

  function settle(): void {
    if (isIdle()) {
      waiting.forEach((resolve) => resolve());
      waiting = [];
    }
  }

  return {
    changed: (run) => reloads.take(run),
    async say(repository, pull, answer) {
      await store.answer(repository, pull, answer);
      wake({ repository: repository.id, pull, installationId: repository.installationId });
    },
    async start() {
      (await store.dirty()).forEach(wake);
    },
    async stop() {
      stopping.abort();
      await Promise.all([reloads.ended(), ...[...lanes.values()].map((lane) => lane.stop())]);
    },
    async idle() {
      if (!isIdle()) {
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
  };
}
