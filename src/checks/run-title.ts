import { count, duration } from '../pipeline/measures.js';
import type { Issue, RunStatus, StageProgress } from '../pipeline/model.js';
import { cancelledTitle, lasted, namesOf } from '../pipeline/wording.js';
import { rerunBy } from './again.js';
import type { CheckSubject } from './ports.js';

/** What a whole run has come to, the outcome first, in one line; not cut to GitHub's limit. */
export function runTitle(subject: CheckSubject): string {
  const { run } = subject.progress;
  switch (run.status) {
    case 'queued':
      return waitingTitle(subject.progress.stages) ?? queuedTitle(subject.progress.stages);
    case 'in_progress':
      return runningTitle(subject.progress.stages);
    case 'completed':
      return completedTitle(subject, run);
  }
}

function queuedTitle(stages: readonly StageProgress[]): string {
  const by = rerunBy(stages);
  return by === undefined ? 'Queued' : `Queued: run again by ${by}`;
}

function runningTitle(stages: readonly StageProgress[]): string {
  const running = stages.filter(({ state }) => state.status === 'in_progress').map(({ id }) => id);
  const counted = stages.filter(counts);
  const done = counted.filter(({ state }) => state.status === 'completed').length;
  const now = running.length === 0 ? (waitingTitle(stages) ?? 'Running') : `Running ${namesOf(running)}`;
  return `${now} · ${done} of ${count(counted.length, 'stage')} done`;
}

/** Where nothing runs, what keeps the run from going on. */
function waitingTitle(stages: readonly StageProgress[]): string | undefined {
  const waiting = stages.flatMap(({ id, state }) =>
    state.status === 'queued' && state.waits !== undefined ? [`${id} waits for ${state.waits}`] : [],
  );
  const [first, ...more] = waiting;
  return more.length === 0 ? first : `${String(first)} (and ${more.length} more)`;
}

function completedTitle(subject: CheckSubject, run: RunStatus & { readonly status: 'completed' }): string {
  const errors = subject.issues.filter((issue) => issue.severity === 'error');
  const [first, ...more] = errors;
  if (first !== undefined) {
    return `${issueTitle(first)}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
  }
  switch (run.conclusion) {
    case 'success':
      return nothingTitle(subject) ?? passedTitle(subject.progress.stages, run);
    case 'failure':
      return failedTitle(subject.progress.stages) ?? capitalised(run.reason);
    case 'cancelled':
      return cancelledTitle(run.reason);
    case 'skipped':
      return `Skipped: ${run.reason}`;
    case 'neutral':
      return nothingTitle(subject) ?? capitalised(run.reason);
    case 'timed_out':
      return capitalised(run.reason);
    case 'action_required':
      return `Waiting for a person: ${run.reason}`;
  }
}

/** Of a file without stages: a misspelled section is no error, and would be green without a word. */
function nothingTitle({ progress, issues }: CheckSubject): string | undefined {
  const [first, ...more] = issues;
  if (progress.stages.length > 0 || first === undefined) return undefined;
  return `Nothing to run: ${issueTitle(first)}${more.length === 0 ? '' : ` (and ${more.length} more)`}`;
}

function passedTitle(
  stages: readonly StageProgress[],
  run: RunStatus & { readonly status: 'completed' },
): string {
  const passed = stages.filter(
    ({ state }) => state.status === 'completed' && state.outcome.kind === 'passed',
  );
  const ms = lasted(run);
  if (passed.length === 0) {
    return `Passed: ${run.reason}`;
  }
  const allowed = stages.filter(isAllowedFailure).length;
  const failures = allowed === 0 ? '' : ` · ${count(allowed, 'allowed failure')}`;
  return `Passed${ms === undefined ? '' : ` in ${duration(ms)}`} · ${count(passed.length, 'stage')}${failures}`;
}

function failedTitle(stages: readonly StageProgress[]): string | undefined {
  const failed = stages.filter(didFail).map(({ id }) => id);
  const counted = stages.filter(counts);
  return failed.length === 0
    ? undefined
    : `${failed.length} of ${count(counted.length, 'stage')} failed: ${namesOf(failed)}`;
}

function issueTitle(issue: Issue): string {
  const message = issue.message.replace(/\.$/u, '');
  return `caicloud.yml line ${issue.line}: ${message}${issue.hint === '' ? '' : `. ${capitalised(issue.hint)}`}`;
}

/** What the event or the file leaves out is not part of "2 of 6 stages". */
function counts({ state }: StageProgress): boolean {
  const skipped = state.status === 'completed' && state.outcome.kind === 'skipped';
  return !skipped || state.outcome.reason.kind === 'earlier_stage';
}

function isAllowedFailure({ state }: StageProgress): boolean {
  return state.status === 'completed' && state.outcome.kind === 'neutral' && state.outcome.allowed === true;
}

function didFail({ state }: StageProgress): boolean {
  return state.status === 'completed' && ['failed', 'timed_out', 'error'].includes(state.outcome.kind);
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
