import type { Live } from '../logs/live.js';
import type { LogArchive } from '../logs/ports.js';
import type { Logger, RunListener, RunStore } from '../runs/ports.js';

/**
 * Tells the readers of a log that its stage has ended, whoever ended it, and lets the archive close its
 * files. To be called after a change of the run is stored.
 */
export function createLogEnds(deps: {
  readonly store: RunStore;
  readonly live: Live;
  readonly archive: LogArchive;
  readonly logger: Logger;
}): RunListener {
  const told = new Map<number, Set<string>>();

  const tell = async (run: number): Promise<void> => {
    const record = await deps.store.load(run);
    const known = told.get(run) ?? new Set<string>();
    told.set(run, known);
    for (const { id, state } of record?.progress.stages ?? []) {
      if (state.status !== 'completed') {
        // It runs again: its log will have another end.
        known.delete(id);
      } else if (!known.has(id)) {
        known.add(id);
        deps.live.stageEnded(run, id);
        await deps.archive.close(run, id);
      }
    }
    if (record?.progress.run.status === 'completed') {
      told.delete(run);
    }
  };

  return (run) => {
    tell(run).catch((err: unknown) => deps.logger.error({ err, run }, 'ends of logs not told'));
  };
}
