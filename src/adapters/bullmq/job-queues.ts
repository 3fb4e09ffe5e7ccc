/**
 * One queue for jobs that any worker may take, one for each combination of labels that jobs ask for. BullMQ
 * takes no colon in a queue's name; labels hold no plus sign.
 */
export const ANY_WORKER = 'jobs';

/** Set of the queues with labels that jobs were put into. */
export const QUEUES_KEY = 'cyclone:job-queues';
/** Those that are not in that set any more, by the time when they were taken out, ms since the epoch. */
export const LEFT_KEY = 'cyclone:job-queues:left';
/** Told when that set has changed, and of nothing else. */
export const QUEUES_CHANNEL = 'cyclone:job-queues';

/** @param labels sorted, each once */
export function queueName(labels: readonly string[]): string {
  return [ANY_WORKER, ...labels].join('+');
}

export function labelsOf(queue: string): readonly string[] {
  return queue.split('+').slice(1);
}

export interface JobData {
  readonly run: number;
  readonly job: string;
}

export function jobId(run: number, job: string, attempt: number): string {
  return `run-${String(run)}-${String(attempt)}-${job}`;
}
