import type { IntakeEvent, RunRecord } from './ports.js';

/** What asked for a run, to plan it once more. */
export function eventOf({ id, repository, trigger }: RunRecord): IntakeEvent {
  const { base, sha } = trigger;
  return {
    delivery: `run-${String(id)}`,
    repository,
    trigger,
    ...(base !== undefined && { changes: { kind: 'compare', base, head: sha, forced: false } }),
  };
}
