import type { JobProgress, Span, StageFacts, WorkerEvent } from './model.js';
import { isList } from './spans.js';

/**
 * By how many milliseconds a worker's clock is behind the server's. The server gave the lease at some moment between
 * the worker's asking and its having it: where the clocks say otherwise they are apart, and the least that makes it
 * true is taken. So clocks that agree within the time of that request are left as they are.
 */
export function behindBy({ leasedAt, behind = 0 }: JobProgress, event: WorkerEvent): number {
  const lease = event.type === 'job_started' ? event.spans?.find(({ name }) => name === 'lease') : undefined;
  if (lease === undefined || leasedAt === undefined) return behind;
  if (leasedAt < lease.at) return leasedAt - lease.at;
  return Math.max(0, leasedAt - (lease.at + lease.ms));
}

/** The event as the server's clock would have it. */
export function byServersClock(event: WorkerEvent, behind: number): WorkerEvent {
  if (behind === 0) return event;
  const moved = {
    ...event,
    at: event.at + behind,
    ...(event.spans && { spans: event.spans.map((span) => shifted(span, behind)) }),
  };
  return moved.type === 'stage_ended' ? { ...moved, facts: factsShifted(moved.facts, behind) } : moved;
}

function factsShifted({ spans, ...facts }: StageFacts, by: number): StageFacts {
  if (spans === undefined) return facts;
  return { ...facts, spans: isList(spans) ? spans.map((span) => shifted(span, by)) : spans };
}

function shifted(span: Span, by: number): Span {
  return { ...span, at: span.at + by };
}
