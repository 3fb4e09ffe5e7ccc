import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger, RunTrace, TraceCounts, TraceSink } from '../../runs/ports.js';
import type { ResourceSpans } from './otlp.js';
import { type Endpoint, post } from './post.js';
import { type Identity, runSpans } from './run-spans.js';

export interface ExporterOptions {
  readonly endpoint: Endpoint;
  readonly identity: Identity;
  readonly logger: Logger;
  readonly counts: TraceCounts;
  /** Milliseconds before the second try, twice as many before each other one; 1 s when absent. */
  readonly backoffMs?: number;
  /** For how long one batch is tried; 5 min when absent. */
  readonly patienceMs?: number;
  /** Spans that may wait; 20,000 when absent. */
  readonly mostWaiting?: number;
}

export interface TraceExporter extends TraceSink {
  /** What waits may go for so long; what is left then rejects. Nothing is sent after it. */
  close(ms: number): Promise<void>;
}

interface Waiting {
  readonly spans: ResourceSpans;
  readonly count: number;
  readonly done: () => void;
  readonly stopped: (reason: unknown) => void;
}

const BACKOFF_MS = 1000;
const MOST_BACKOFF_MS = 30_000;
const PATIENCE_MS = 5 * 60_000;
/** Some 20 MiB: what a large installation makes in the minutes for which an endpoint is waited for. */
const MOST_WAITING = 20_000;
/** As the batch processor of OpenTelemetry's SDKs has it; a larger run goes alone. */
const BATCH = 512;

/**
 * Sends traces of runs by OTLP over HTTP. One request at a time, at once when there is something: what comes meanwhile
 * goes together with the next one.
 */
export function otlpTraces(options: ExporterOptions): TraceExporter {
  const { endpoint, identity, logger, counts, mostWaiting = MOST_WAITING } = options;
  const { backoffMs = BACKOFF_MS, patienceMs = PATIENCE_MS } = options;
  const waiting: Waiting[] = [];
  const closing = new AbortController();
  let held = 0;
  let isAway = false;
  let sending: Promise<void> | undefined;

  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = nextBatch(waiting);
      try {
        await sendBatch(batch);
        for (const { done } of batch) done();
      } catch (error) {
        for (const { stopped } of batch) stopped(error);
      } finally {
        held -= countOf(batch);
      }
    }
    // Here and not when the promise is told: what comes between the two would not be sent.
    sending = undefined;
  };

  /** Resolves when it was taken or given up. @throws when it is closed before */
  const sendBatch = async (batch: readonly Waiting[]): Promise<void> => {
    const { signal } = closing;
    signal.throwIfAborted();
    const count = countOf(batch);
    const begin = performance.now();
    for (let tries = 1; ; tries += 1) {
      const answer = await post(endpoint, { resourceSpans: batch.map(({ spans }) => spans) }, signal);
      if (answer.kind === 'taken') {
        isAway = false;
        counts.sent(count - answer.rejected);
        if (answer.rejected > 0) counts.dropped(answer.rejected, 'refused');
        return;
      }
      const wait = answer.kind === 'later' ? (answer.afterMs ?? pause(backoffMs, tries)) : Infinity;
      if (performance.now() - begin + wait > patienceMs) {
        counts.dropped(count, answer.kind === 'later' ? 'unavailable' : 'refused');
        if (!isAway) logger.warn({ why: answer.why, spans: count }, 'traces were not taken');
        isAway = true;
        return;
      }
      await sleep(wait, undefined, { signal, ref: false });
    }
  };

  return {
    send(trace: RunTrace) {
      if (closing.signal.aborted) return Promise.reject(new Error('traces are not sent any more'));
      const count = trace.parts.length;
      if (held > 0 && held + count > mostWaiting) {
        counts.dropped(count, 'full');
        return Promise.resolve();
      }
      held += count;
      const taken = new Promise<void>((done, stopped) => {
        waiting.push({ spans: runSpans(trace, identity), count, done, stopped });
      });
      sending ??= sendAll();
      return taken;
    },
    async close(ms) {
      const late = new AbortController();
      await Promise.race([sending, sleep(ms, undefined, { signal: late.signal }).catch(() => undefined)]);
      late.abort();
      closing.abort(new Error('traces are not sent any more'));
      await sending;
    },
  };
}

function nextBatch(waiting: Waiting[]): readonly Waiting[] {
  let count = 0;
  const over = waiting.findIndex((one, index) => {
    count += one.count;
    return index > 0 && count > BATCH;
  });
  return waiting.splice(0, over === -1 ? waiting.length : over);
}

function countOf(batch: readonly Waiting[]): number {
  return batch.reduce((sum, { count }) => sum + count, 0);
}

/** Up to a half more: many servers that wait for one endpoint do not come back together. */
function pause(backoffMs: number, tries: number): number {
  return Math.min(MOST_BACKOFF_MS, backoffMs * 2 ** (tries - 1)) * (1 + Math.random() / 2);
}
