import type { StageId } from '../pipeline/model.js';
import type { LogArchive, LogUsage, RunUsage } from './ports.js';

export interface RetentionDeps {
  readonly archive: LogUsage & Pick<LogArchive, 'close' | 'remove'>;
  /** Stages of the run when it is completed, also of one that nobody knows any more; undefined: something runs. */
  readonly completed: (run: number) => Promise<readonly StageId[] | undefined>;
  /** Older ones go. */
  readonly keepMs: number;
  /** Of all logs together, as they are stored: the oldest go first. */
  readonly bytes: number;
}

export interface Tidied {
  /** Runs whose logs were removed. */
  readonly removed: number;
  /** Of those that stay. */
  readonly held: number;
}

/**
 * Removes old logs, never of a run in which something runs. What an earlier process did not come to is closed:
 * it is packed and goes to where it is to stay.
 * @param now milliseconds since the epoch
 */
export async function tidyLogs(
  { archive, completed, keepMs, bytes }: RetentionDeps,
  now: number,
): Promise<Tidied> {
  const all: RunUsage[] = [];
  for await (const usage of archive.usage()) all.push(usage);
  let held = all.reduce((sum, usage) => sum + usage.bytes, 0);
  let removed = 0;
  for (const usage of all.sort((a, b) => a.at - b.at)) {
    const isOutdated = usage.at < now - keepMs || held > bytes;
    if (!isOutdated && !usage.open) continue;
    const stages = await completed(usage.run);
    if (stages === undefined) continue;
    if (isOutdated) {
      await archive.remove(usage.run);
      removed += 1;
      held -= usage.bytes;
    } else {
      for (const stage of stages) await archive.close(usage.run, stage);
    }
  }
  return { removed, held };
}
