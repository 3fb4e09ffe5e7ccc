import { Counter, type Registry } from 'prom-client';
import type { TraceCounts } from '../../runs/ports.js';

/** What became of the spans of traces. */
export function traceCounts(registry: Registry): TraceCounts {
  const sent = new Counter({
    name: 'cyclone_trace_spans_sent_total',
    help: 'Spans of traces that the OTLP endpoint took.',
    registers: [registry],
  });
  const dropped = new Counter({
    name: 'cyclone_trace_spans_dropped_total',
    help: 'Spans of traces that were given up: too many waited (full), the endpoint was away (unavailable), or it did not want them (refused).',
    labelNames: ['reason'],
    registers: [registry],
  });
  return {
    sent: (parts) => sent.inc(parts),
    dropped: (parts, reason) => dropped.inc({ reason }, parts),
  };
}
