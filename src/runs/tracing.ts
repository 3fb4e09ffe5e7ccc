import { traceOf } from '../pipeline/trace.js';
import type { Clock, Logger, TraceSink, TraceStore } from './ports.js';

export interface TracingDeps {
  readonly store: TraceStore;
  readonly sink: TraceSink;
  readonly clock: Clock & { sleep(ms: number, signal?: AbortSignal): Promise<void> };
  readonly logger: Logger;
}

/** Sends the trace of each run that is over, once it is known when GitHub was told. */
export interface Tracing {
  /** A change of the run, or that GitHub was told of it, is stored. Does not wait for anything. */
  changed(run: number): void;
  /** Takes up what an earlier process left. Rejects when the store cannot be read. */
  start(): Promise<void>;
  stop(): void;
}

/** GitHub may be away: then the trace goes without what is still to be told. */
const PATIENCE_MS = 60_000;

/** What ended earlier is not sent late: whoever looks at traces has looked by then. */
const LATE_MS = 3600_000;

export function createTracing({ store, sink, clock, logger }: TracingDeps): Tracing {
  const stopping = new AbortController();
  /** Runs that are being looked at, and whether they changed since. */
  const looking = new Map<number, boolean>();
  const patient = new Set<number>();

  const look = async (run: number): Promise<void> => {
    const due = await store.due(run);
    if (due?.run.progress.run.status !== 'completed') return;
    const { completedAt, conclusion, reason } = due.run.progress.run;
    const late = completedAt + PATIENCE_MS - clock.now();
    if (due.open && late > 0) {
      if (!patient.has(run)) void lookLater(run, late);
      return;
    }
    const parts = traceOf({ ...due.run, told: due.told });
    await sink.send({ run: due.run, conclusion, reason, parts });
    await store.sent(run, completedAt);
  };

  const lookLater = async (run: number, ms: number): Promise<void> => {
    patient.add(run);
    await clock.sleep(ms, stopping.signal);
    patient.delete(run);
    changed(run);
  };

  const lookWhileNew = async (run: number): Promise<void> => {
    try {
      while (looking.get(run) === true) {
        looking.set(run, false);
        await look(run);
      }
    } finally {
      // In the same step as the last look at it: a change that came in between would be nobody's.
      looking.delete(run);
    }
  };

  const changed = (run: number): void => {
    const isLooking = looking.has(run);
    if (stopping.signal.aborted) return;
    looking.set(run, true);
    if (isLooking) return;
    lookWhileNew(run).catch((err: unknown) => {
      // What was not sent is taken up at the next start.
      if (!stopping.signal.aborted) logger.warn({ err, run }, 'trace of a run not sent');
    });
  };

  return {
    changed,
    async start() {
      (await store.left(clock.now() - LATE_MS)).forEach(changed);
    },
    stop: () => stopping.abort(),
  };
}
