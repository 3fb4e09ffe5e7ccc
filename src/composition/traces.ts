import { createRequire } from 'node:module';
import { otlpTraces } from '../adapters/otel/exporter.js';
import type { Database } from '../adapters/sql/database.js';
import { traceStore } from '../adapters/sql/traces.js';
import type { Logger, TraceCounts } from '../runs/ports.js';
import { createTracing, type Tracing } from '../runs/tracing.js';
import type { TraceSettings } from '../settings.js';
import type { Links } from '../web/links.js';
import { systemClock } from './clock.js';

/** How long a shutdown waits for spans that are on their way; the rest is sent after the next start. */
const LAST_SPANS_MS = 2000;

export interface Traces extends Pick<Tracing, 'changed' | 'start'> {
  close(): Promise<void>;
}

/** Sends where the time of runs went, when somebody asked for it; otherwise does nothing. */
export function composeTraces(
  settings: TraceSettings | undefined,
  deps: {
    readonly db: Database;
    readonly install: string;
    readonly links: Links;
    readonly counts: TraceCounts;
    readonly logger: Logger;
  },
): Traces {
  if (settings === undefined) {
    return { changed: () => undefined, start: () => Promise.resolve(), close: () => Promise.resolve() };
  }
  const { install, links, counts, logger } = deps;
  const { resource, ...endpoint } = settings;
  const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
  const exporter = otlpTraces({
    endpoint,
    identity: {
      install,
      version,
      resource,
      runUrl: (run) => links.run(run, false),
      stageUrl: (run, stage) => links.stage(run, stage, false),
    },
    counts,
    logger,
  });
  const tracing = createTracing({ store: traceStore(deps.db), sink: exporter, clock: systemClock, logger });
  return {
    changed: (run) => tracing.changed(run),
    start: () => tracing.start(),
    async close() {
      tracing.stop();
      await exporter.close(LAST_SPANS_MS);
    },
  };
}
