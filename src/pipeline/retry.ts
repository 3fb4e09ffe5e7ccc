import type { FailureCode, Outcome, Retry, RetryCause } from './model.js';

/** What a stage's own program did, and another try may do differently; the rest is in the machine or the file. */
const CAUSES: Readonly<Record<FailureCode, RetryCause | 'file'>> = {
  exit: 'exit',
  signal: 'exit',
  out_of_memory: 'exit',
  image_build: 'exit',
  output: 'exit',
  service: 'exit',
  image: 'infra',
  container_removed: 'infra',
  checkout: 'infra',
  publish: 'infra',
  no_shell: 'file',
  container: 'file',
  workspace: 'file',
  secret: 'file',
  refused_by_policy: 'file',
};

/**
 * Whether a stage that came to this outcome is tried again.
 *
 * @param tries how often it was tried until now, 1 or more
 */
export function triesAgain(retry: Retry | undefined, outcome: Outcome, tries: number): boolean {
  if (retry === undefined || tries > retry.max) return false;
  const cause = causeOf(outcome);
  if (cause === undefined || !(retry.on?.includes(cause) ?? true)) return false;
  // exit_codes speaks of programs: what ended without a code of its own is no matter of it.
  if (retry.exitCodes === undefined || cause !== 'exit') return true;
  const code = outcome.kind === 'failed' ? outcome.failure.exitCode : undefined;
  return code !== undefined && retry.exitCodes.includes(code);
}

function causeOf(outcome: Outcome): RetryCause | undefined {
  switch (outcome.kind) {
    case 'failed': {
      const cause = CAUSES[outcome.failure.code];
      return cause === 'file' ? undefined : cause;
    }
    case 'timed_out':
      return 'timeout';
    case 'error':
      return 'infra';
    case 'passed':
    case 'cancelled':
    case 'skipped':
    case 'neutral':
      return undefined;
  }
}
