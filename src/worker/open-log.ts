import type { Job } from './job.js';
import { FenceLost } from './ports.js';
import { StageLog, type StageLogOptions } from './stage-log.js';

/** A log of this job. What keeps it from being sent stops the job, or the try whose view of the job it is. */
export function openLog(
  job: Job,
  log: Pick<StageLogOptions, 'stage' | 'service'> & Partial<Pick<StageLogOptions, 'observer' | 'mostUnsent'>>,
): StageLog {
  const { observer, clock } = job.deps;
  return new StageLog({ observer, ...log, mask: job.mask, clock, onError: (error) => stopFor(job, error) });
}

/** The fence is another's, or the way to the server is broken. */
function stopFor({ halt }: Job, error: unknown): void {
  if (error instanceof FenceLost) halt.stop({ kind: 'fence_lost' });
  else halt.stop({ kind: 'handover', reason: 'the log could not be sent' });
}
