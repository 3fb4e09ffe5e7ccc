import { expect, test } from '@jest/globals';
import { prometheus } from '../../../src/adapters/metrics/prometheus.js';

async function samples(metrics: ReturnType<typeof prometheus>, name: RegExp): Promise<readonly string[]> {
  return (await metrics.text()).split('\n').filter((line) => name.test(line));
}

test('phases are seconds in buckets, by phase and by nothing that grows', async () => {
  const metrics = prometheus();
  metrics.times.spent({
    stages: [
      { name: 'run', at: 0, ms: 40, detail: 'acme/hello' },
      { name: 'run', at: 0, ms: 2000 },
      { name: 'of-a-worker-to-come', at: 0, ms: 1 },
    ],
    jobs: [
      { name: 'queue', at: 0, ms: 3 },
      { name: 'pull', at: 0, ms: 900, detail: 'busybox' },
    ],
  });
  expect(await samples(metrics, /^cyclone_stage_phase_seconds_(count|sum)/)).toEqual([
    'cyclone_stage_phase_seconds_sum{phase="run"} 2.04',
    'cyclone_stage_phase_seconds_count{phase="run"} 2',
    'cyclone_stage_phase_seconds_sum{phase="other"} 0.001',
    'cyclone_stage_phase_seconds_count{phase="other"} 1',
  ]);
  expect(await samples(metrics, /le="(0.025|0.05|1|2.5|3600)",phase="run"/)).toEqual([
    'cyclone_stage_phase_seconds_bucket{le="0.025",phase="run"} 0',
    'cyclone_stage_phase_seconds_bucket{le="0.05",phase="run"} 1',
    'cyclone_stage_phase_seconds_bucket{le="1",phase="run"} 1',
    'cyclone_stage_phase_seconds_bucket{le="2.5",phase="run"} 2',
    'cyclone_stage_phase_seconds_bucket{le="3600",phase="run"} 2',
  ]);
  expect(await samples(metrics, /^cyclone_job_phase_seconds_sum/)).toEqual([
    'cyclone_job_phase_seconds_sum{phase="pull"} 0.9',
  ]);
  expect(await samples(metrics, /^cyclone_queue_wait_seconds_sum/)).toEqual([
    'cyclone_queue_wait_seconds_sum 0.003',
  ]);
});

test('what GitHub waits for and is told', async () => {
  const metrics = prometheus();
  metrics.times.reported(250);
  metrics.times.answered(202, 12);
  metrics.times.answered(401, 1);
  expect(await samples(metrics, /_(report|answer)_seconds_sum/)).toEqual([
    'cyclone_github_report_seconds_sum 0.25',
    'cyclone_webhook_answer_seconds_sum{status="202"} 0.012',
    'cyclone_webhook_answer_seconds_sum{status="401"} 0.001',
  ]);
});
