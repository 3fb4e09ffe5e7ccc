import { Histogram, type Registry } from 'prom-client';
import type { Span } from '../../pipeline/model.js';
import { PHASES } from '../../pipeline/spans.js';

/** From 1 ms to 1 h: a go-signal and a long test are told apart from what is next to them. */
const SECONDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 150, 300, 600, 1800, 3600,
];

/** What takes time, as it becomes known. */
export interface TimeObserver {
  /** Phases of stages that ended, and of jobs beside their stages. */
  readonly spent: (spans: { readonly stages: readonly Span[]; readonly jobs: readonly Span[] }) => void;
  /** GitHub has been told of an end, so many milliseconds after it. */
  readonly reported: (ms: number) => void;
  /** A webhook had its answer. */
  readonly answered: (status: number, ms: number) => void;
}

export function timeSpent(registry: Registry): TimeObserver {
  const histogram = <T extends string>(name: string, help: string, labelNames: readonly T[]) =>
    new Histogram<T>({ name, help, labelNames, buckets: SECONDS, registers: [registry] });
  const stages = histogram('cyclone_stage_phase_seconds', 'What stages spent time on, by phase.', ['phase']);
  const jobs = histogram(
    'cyclone_job_phase_seconds',
    'What jobs spent time on beside their stages, by phase: each image is one "pull", each stage one "arm".',
    ['phase'],
  );
  const queue = histogram('cyclone_queue_wait_seconds', 'How long jobs waited for a worker.', []);
  const report = histogram(
    'cyclone_github_report_seconds',
    'From the end of a stage, or of a run, to GitHub having been told.',
    [],
  );
  const answer = histogram('cyclone_webhook_answer_seconds', 'How long webhooks waited for their answer.', [
    'status',
  ]);
  return {
    spent(spans) {
      for (const { name, ms } of spans.stages) stages.observe({ phase: known(name) }, ms / 1000);
      for (const { name, ms } of spans.jobs) {
        if (name === 'queue') queue.observe(ms / 1000);
        else jobs.observe({ phase: known(name) }, ms / 1000);
      }
    },
    reported: (ms) => report.observe(ms / 1000),
    answered: (status, ms) => answer.observe({ status: String(status) }, ms / 1000),
  };
}

/** A worker of another version may have more: each name would be twenty series for ever. */
function known(name: string): string {
  return PHASES.some((phase) => phase === name) ? name : 'other';
}
