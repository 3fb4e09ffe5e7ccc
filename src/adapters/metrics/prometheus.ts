import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { TraceCounts, TrafficObserver } from '../../runs/ports.js';
import type { Metrics } from '../../web/ports.js';
import { githubTraffic } from './github-traffic.js';
import { type PoolGauges, watchPool } from './pool.js';
import { type TimeObserver, timeSpent } from './time-spent.js';
import { traceCounts } from './trace-counts.js';

export interface Gauges {
  /** Read when the metrics are asked for. */
  readonly openRuns: () => Promise<number>;
  readonly unsentChecks: () => Promise<number>;
}

export interface ServerMetrics extends Metrics {
  readonly runCompleted: (conclusion: string) => void;
  /** So many missed deliveries were asked for again. */
  readonly redelivered: (count: number) => void;
  readonly traffic: TrafficObserver;
  readonly times: TimeObserver;
  readonly traces: TraceCounts;
  /** A server's gauges, from now on. */
  watch(gauges: Gauges): void;
  /** A worker's, from now on. */
  watchPool(read: () => PoolGauges): void;
}

/** Prometheus' text format; names as its guide says (https://prometheus.io/docs/practices/naming). */
export function prometheus(): ServerMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const runs = new Counter({
    name: 'cyclone_runs_completed_total',
    help: 'Runs that ended, by conclusion.',
    labelNames: ['conclusion'],
    registers: [registry],
  });
  const redelivered = new Counter({
    name: 'cyclone_webhooks_redelivered_total',
    help: 'Webhook deliveries that had been missed and were asked for again.',
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    runCompleted: (conclusion) => runs.inc({ conclusion }),
    redelivered: (count) => redelivered.inc(count),
    traffic: githubTraffic(registry),
    times: timeSpent(registry),
    traces: traceCounts(registry),
    watchPool: (read) => watchPool(registry, read),
    watch({ openRuns, unsentChecks }) {
      gauge(registry, 'cyclone_runs_open', 'Runs that have not ended.', openRuns);
      gauge(registry, 'cyclone_checks_unsent', 'Checks that GitHub does not know as they are.', unsentChecks);
    },
  };
}

function gauge(registry: Registry, name: string, help: string, read: () => Promise<number>): void {
  const metric: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      metric.set(await read());
    },
  });
}
