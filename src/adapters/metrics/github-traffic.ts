import { Counter, Gauge, type Registry } from 'prom-client';
import type { TrafficObserver } from '../../runs/ports.js';

/** What we ask GitHub, and what its rate limits leave. */
export function githubTraffic(registry: Registry): TrafficObserver {
  const requests = new Counter({
    name: 'cyclone_github_requests_total',
    help: 'Requests to GitHub, by operation and status of the answer; "none": no answer, or half of one.',
    labelNames: ['operation', 'status'],
    registers: [registry],
  });
  const limit = quota(registry, 'limit', 'Requests in a window of a GitHub rate limit.');
  const remaining = quota(
    registry,
    'remaining',
    'Requests that are left in a window of a GitHub rate limit.',
  );
  const reset = quota(
    registry,
    'reset_seconds',
    'When a GitHub rate limit is whole again, in seconds since the epoch.',
  );
  return {
    asked: (operation, status) => requests.inc({ operation, status: status ?? 'none' }),
    budget(installation, resource, budget) {
      const labels = { installation, resource };
      limit.set(labels, budget.limit);
      remaining.set(labels, budget.remaining);
      reset.set(labels, Math.round(budget.resetAt / 1000));
    },
  };
}

function quota(registry: Registry, name: string, help: string): Gauge<'installation' | 'resource'> {
  return new Gauge({
    name: `cyclone_github_rate_limit_${name}`,
    help,
    labelNames: ['installation', 'resource'],
    registers: [registry],
  });
}
