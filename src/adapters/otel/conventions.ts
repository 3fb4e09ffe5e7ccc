import type { Conclusion, Outcome, PlannedStage, Repository, Trigger } from '../../pipeline/model.js';
import type { RunTrace } from '../../runs/ports.js';
import type { Attributes } from './otlp.js';

/**
 * OpenTelemetry's words for CI/CD and version control; what it has no word for begins with `cyclone.`.
 * https://opentelemetry.io/docs/specs/semconv/cicd/ and …/resource/cicd/
 */
export function runResource({ run }: RunTrace, url: string): Attributes {
  const { repository, trigger } = run;
  return {
    'cicd.pipeline.name': nameOf(repository),
    'cicd.pipeline.run.id': String(run.id),
    'cicd.pipeline.run.url.full': url,
    'vcs.provider.name': 'github',
    'vcs.owner.name': repository.owner,
    'vcs.repository.name': repository.name,
    'vcs.repository.url.full': repository.htmlUrl,
    'vcs.ref.head.revision': trigger.sha,
    ...headOf(trigger),
    ...(trigger.pullRequest !== undefined && {
      'vcs.change.id': String(trigger.pullRequest),
      'vcs.change.title': trigger.title,
      'vcs.ref.base.name': trigger.base,
      'vcs.ref.base.type': trigger.base && 'branch',
    }),
  };
}

export function nameOf({ owner, name }: Repository): string {
  return `${owner}/${name}`;
}

function headOf({ branch, tag }: Trigger): Attributes {
  if (tag !== undefined) return { 'vcs.ref.head.name': tag, 'vcs.ref.head.type': 'tag' };
  return branch === undefined ? {} : { 'vcs.ref.head.name': branch, 'vcs.ref.head.type': 'branch' };
}

const RUN_RESULTS: Readonly<Record<Conclusion, string>> = {
  success: 'success',
  neutral: 'success',
  failure: 'failure',
  timed_out: 'timeout',
  cancelled: 'cancellation',
  skipped: 'skip',
  action_required: 'cyclone.action_required',
};

export function runResult(conclusion: Conclusion): string {
  return RUN_RESULTS[conclusion];
}

const TASK_RESULTS: Readonly<Record<Outcome['kind'], string>> = {
  passed: 'success',
  failed: 'failure',
  timed_out: 'timeout',
  cancelled: 'cancellation',
  skipped: 'skip',
  neutral: 'cyclone.neutral',
  error: 'error',
};

export function taskResult({ kind }: Outcome): string {
  return TASK_RESULTS[kind];
}

/** What went wrong, in few words of which there are few: our own codes of failures. Undefined: nothing did. */
export function errorType(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case 'failed':
      return outcome.failure.code;
    case 'timed_out':
      return 'timeout';
    case 'error':
      return '_OTHER';
    case 'passed':
    case 'cancelled':
    case 'skipped':
    case 'neutral':
      return undefined;
  }
}

/** Undefined: it may be anything. */
export function taskType({ spec }: PlannedStage): 'build' | 'deploy' | undefined {
  switch (spec.kind) {
    case 'image_build':
      return 'build';
    case 'publish':
    case 'deploy':
      return 'deploy';
    case 'container':
      return undefined;
  }
}
