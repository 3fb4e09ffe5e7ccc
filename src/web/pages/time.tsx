import { duration } from '../../pipeline/measures.js';
import type { RunStatus, StageState } from '../../pipeline/model.js';
import { ago, lasted } from '../words.js';

/** How long ago; the exact time on hover and for machines. */
export function Ago({ at, now }: { readonly at: number; readonly now: number }) {
  const iso = new Date(at).toISOString();
  return (
    <time datetime={iso} title={iso.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')} class="number">
      {ago(now - at)}
    </time>
  );
}

export interface DurationProps {
  readonly ms: number | undefined;
  /** It goes on since then: browsers count on without asking. */
  readonly since?: number | undefined;
}

export function Duration({ ms, since }: DurationProps) {
  return ms === undefined ? null : (
    <span class="number" data-since={since}>
      {duration(ms)}
    </span>
  );
}

/** Of a stage or a run, as it stands. */
export function Lasted({ state, now }: { readonly state: StageState | RunStatus; readonly now: number }) {
  return (
    <Duration ms={lasted(state, now)} since={state.status === 'in_progress' ? state.startedAt : undefined} />
  );
}
