import type { Plan, RunProgress } from './model.js';

/** Whether the world outside may have seen something of the run: it has begun to publish or to deploy. */
export function hasGoneOut({ stages }: Plan, now: RunProgress): boolean {
  const outward = new Set(
    stages.filter(({ spec }) => spec.kind === 'publish' || spec.kind === 'deploy').map(({ id }) => id),
  );
  return now.stages.some(({ id, state }) => outward.has(id) && hasBegun(state));
}

function hasBegun(state: RunProgress['stages'][number]['state']): boolean {
  return state.status !== 'queued' && state.startedAt !== undefined;
}
