import type { RunStatus, StageState } from '../../pipeline/model.js';
import { conclusionOf, type Shown, shownOf, type Tone } from '../words.js';

export const MARKS: Readonly<Record<Tone, string>> = {
  passed: '✓',
  failed: '✗',
  running: '●',
  waiting: '○',
  skipped: '–',
};

/** The word says it; mark and colour repeat it for the eye. */
export function State({ word, tone }: Shown) {
  return (
    <span class={`state state-${tone}`}>
      <span class="mark" aria-hidden="true">
        {MARKS[tone]}
      </span>
      {word}
    </span>
  );
}

export function StateOfRun({ run }: { readonly run: RunStatus }) {
  return <State {...shownOf(run.status, run.status === 'completed' ? run.conclusion : undefined)} />;
}

export function StateOfStage({ state }: { readonly state: StageState }) {
  return <State {...shownOf(state.status, conclusionOf(state))} />;
}
