import { conclusionOf as conclusionOfOutcome, hasFailed } from '../pipeline/judgement.js';
import type { Conclusion, RunStatus, StageState } from '../pipeline/model.js';

/** GitHub's word for how a stage ended; undefined while it has not. */
export function conclusionOf(state: StageState): Conclusion | undefined {
  return state.status === 'completed' ? conclusionOfOutcome(state.outcome) : undefined;
}

/** Whether it went wrong, also where that is allowed. */
export function hasFailedStage(state: StageState): boolean {
  return state.status === 'completed' && hasFailed(state.outcome);
}

export type Tone = 'passed' | 'failed' | 'running' | 'waiting' | 'skipped';

/** How a state is shown: a word, a mark and a colour, never a colour alone. */
export interface Shown {
  readonly word: string;
  readonly tone: Tone;
}

export function shownOf(status: 'queued' | 'in_progress' | 'completed', conclusion?: Conclusion): Shown {
  if (status === 'queued') return { word: 'queued', tone: 'waiting' };
  if (status === 'in_progress') return { word: 'running', tone: 'running' };
  return conclusion ? SHOWN[conclusion] : { word: 'completed', tone: 'skipped' };
}

const SHOWN: Readonly<Record<Conclusion, Shown>> = {
  success: { word: 'passed', tone: 'passed' },
  failure: { word: 'failed', tone: 'failed' },
  timed_out: { word: 'timed out', tone: 'failed' },
  cancelled: { word: 'cancelled', tone: 'skipped' },
  skipped: { word: 'skipped', tone: 'skipped' },
  neutral: { word: 'neutral', tone: 'skipped' },
  action_required: { word: 'waiting for a person', tone: 'waiting' },
};

/** How several are shown as one: the worst that happened, else the furthest that is still to come. */
export function shownTogether(states: readonly StageState[]): Shown {
  const all = states.map((state) => shownOf(state.status, conclusionOf(state)));
  const order: readonly Tone[] = ['failed', 'running', 'waiting', 'passed', 'skipped'];
  const tone = order.find((one) => all.some((shown) => shown.tone === one));
  return all.find((shown) => shown.tone === tone) ?? shownOf('queued');
}

/** Milliseconds that passed, or undefined before the start. */
export function lasted(state: StageState | RunStatus, now: number): number | undefined {
  if (state.status === 'queued' || state.startedAt === undefined) return undefined;
  return Math.max(0, (state.status === 'completed' ? state.completedAt : now) - state.startedAt);
}

/** `3 min ago`; a day and more in the largest unit only. */
export function ago(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ago`;
  const days = Math.floor(hours / 24);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}
