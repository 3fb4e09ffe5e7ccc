import { expect, test } from '@jest/globals';
import { prometheus } from '../../../src/adapters/metrics/prometheus.js';

/** What is said of GitHub and of webhooks, one sample a line. */
async function samples(metrics: ReturnType<typeof prometheus>): Promise<string[]> {
  const lines = (await metrics.text()).split('\n');
  return lines.filter((line) => /^cyclone_(github_(rate|requests)|webhooks)/.test(line));
}

test('the newest budget of each installation and resource is shown', async () => {
  const metrics = prometheus();
  metrics.traffic.budget(7, 'core', { limit: 5000, remaining: 4000, resetAt: 1_000_000 });
  metrics.traffic.budget(7, 'core', { limit: 5000, remaining: 3999, resetAt: 1_000_000 });
  metrics.traffic.budget('app', 'core', { limit: 5000, remaining: 12, resetAt: 2_000_000 });
  expect(await samples(metrics)).toEqual([
    'cyclone_webhooks_redelivered_total 0',
    'cyclone_github_rate_limit_limit{installation="7",resource="core"} 5000',
    'cyclone_github_rate_limit_limit{installation="app",resource="core"} 5000',
    'cyclone_github_rate_limit_remaining{installation="7",resource="core"} 3999',
    'cyclone_github_rate_limit_remaining{installation="app",resource="core"} 12',
    'cyclone_github_rate_limit_reset_seconds{installation="7",resource="core"} 1000',
    'cyclone_github_rate_limit_reset_seconds{installation="app",resource="core"} 2000',
  ]);
});

test('requests are counted by operation and status, redeliveries as they are', async () => {
  const metrics = prometheus();
  metrics.traffic.asked('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', 200);
  metrics.traffic.asked('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', 200);
  metrics.traffic.asked('GET next page', undefined);
  metrics.redelivered(3);
  expect(await samples(metrics)).toEqual([
    'cyclone_webhooks_redelivered_total 3',
    'cyclone_github_requests_total{operation="PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}",status="200"} 2',
    'cyclone_github_requests_total{operation="GET next page",status="none"} 1',
  ]);
});
