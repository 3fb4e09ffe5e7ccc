import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type DiscardDeps, discardWorkspace } from './discard.js';
import { createHolds } from './holds.js';
import type { Kept, Left } from './kept.js';
import { ageOf, type Entry, entriesOf, isThere } from './kept-entries.js';
import { type KeptMark, readKeptMark, removeKeptMark, writeKeptMark } from './kept-mark.js';
import { type Engine, LABELS } from './ports.js';
import type { Clock, Logger } from './worker-deps.js';
import { isCheckedOut, workspaceOf } from './workspace.js';

/** Under this part of the disk free, what is kept for re-runs makes room for what runs, oldest first. */
export const LEAST_FREE = 0.1;

/** Also how soon what could not be removed is tried again. */
const DAY_MS = 24 * 3600_000;

/** A workspace whose job is not over belongs to the next owner; after so long nobody comes for it. */
const ABANDONED_MS = 7 * DAY_MS;

export interface KeptDeps extends DiscardDeps {
  readonly engine: Pick<Engine, 'container' | 'reap' | 'removeImage'>;
  /** Absolute: where workspaces are. */
  readonly workspaces: string;
  /** How long a job's workspace and image stay when it is over; 0: nothing stays. */
  readonly keepMs: number;
  /** The part of the workspaces' disk that is free, 0 to 1. */
  readonly free: () => Promise<number>;
  readonly clock: Clock;
  readonly logger: Logger;
}

export function createKept(deps: KeptDeps): Kept {
  const { workspaces, keepMs, clock, engine, logger } = deps;
  const holds = createHolds();
  let nap = new AbortController();

  const remove = ({ name, root, mark }: Entry): Promise<void> =>
    holds.alone(name, async () => {
      try {
        // The mark goes with the workspace: after a death between the two, both are found again.
        if (mark?.image !== undefined) await engine.removeImage(mark.image);
        const { run = 0, job = name } = mark ?? {};
        await discardWorkspace(deps, { run, job, workspace: { root }, shell: mark?.shell });
        logger.info({ workspace: name }, 'kept workspace removed');
      } catch (err) {
        logger.warn({ err, workspace: name }, 'kept workspace not removed');
      }
    });

  const makeRoom = async (): Promise<void> => {
    if ((await deps.free()) >= LEAST_FREE) return;
    const kept = (await entriesOf(workspaces)).filter(({ mark }) => mark !== undefined);
    for (const entry of kept.sort((one, other) => one.since - other.since)) {
      if (!holds.isFree(entry.name)) continue;
      await remove(entry);
      if ((await deps.free()) >= LEAST_FREE) return;
    }
  };

  /** What runs may do without. */
  const tryToMakeRoom = (): Promise<void> =>
    makeRoom().catch((err: unknown) => logger.warn({ err }, 'no room made on the disk'));

  /** @returns in how many milliseconds there may be more to do */
  const removeDue = async (): Promise<number> => {
    let next = DAY_MS;
    for (const entry of await entriesOf(workspaces)) {
      if (!holds.isFree(entry.name)) continue;
      const rest = (entry.mark === undefined ? ABANDONED_MS : keepMs) - ageOf(entry, clock.now());
      if (rest <= 0) await remove(entry);
      else next = Math.min(next, rest);
    }
    return next;
  };

  const settle = async (mark: KeptMark, { workspace, isOfUse }: Left): Promise<void> => {
    const stays = keepMs > 0 && isOfUse && (await isCheckedOut(workspace));
    if (!stays) await discardWorkspace(deps, { ...mark, workspace });
    if (!stays && (keepMs === 0 || mark.image === undefined)) return;
    // Where only the image is of use, its mark is all that stays.
    await mkdir(workspace.root, { recursive: true });
    await writeKeptMark(workspace.root, mark);
  };

  const leave = async (mark: KeptMark, earlier: KeptMark | undefined, left: Left): Promise<void> => {
    try {
      await settle(mark, left);
    } finally {
      const old = earlier?.image;
      if (old !== undefined && old !== mark.image) await engine.removeImage(old);
    }
    await tryToMakeRoom();
  };

  return {
    keeps: keepMs > 0,
    async take(run, job) {
      const { root } = workspaceOf(workspaces, run, job);
      const hold = await holds.take(path.basename(root));
      await tryToMakeRoom();
      const earlier = await readKeptMark(root);
      if (earlier !== undefined) await removeKeptMark(root);
      return {
        closing: () => hold.closing(),
        release() {
          hold.release();
          // What is in use is passed over: now it counts.
          nap.abort();
        },
        earlier,
        leave(left) {
          const { image, shell } = left;
          return leave({ run, job, at: clock.now(), image, shell }, earlier, left);
        },
      };
    },
    async sweep(run, job) {
      const workspace = workspaceOf(workspaces, run, job);
      const name = path.basename(workspace.root);
      // Who has it is of a later try: the job was over when this was asked for, and is not now.
      if (!holds.isFree(name)) return;
      await holds.alone(name, async () => {
        const labels = { [LABELS.install]: deps.install, [LABELS.run]: String(run), [LABELS.job]: job };
        await engine.reap(labels, { images: true });
        if ((await isThere(workspace.root)) && (await readKeptMark(workspace.root)) === undefined) {
          await settle({ run, job, at: clock.now() }, { workspace, isOfUse: true });
        }
      });
    },
    async tidy(signal) {
      while (!signal.aborted) {
        nap = new AbortController();
        const wait = await removeDue().catch((err: unknown) => {
          logger.warn({ err }, 'kept workspaces not looked after');
          return DAY_MS;
        });
        await clock.sleep(wait, AbortSignal.any([signal, nap.signal]));
      }
    },
  };
}
