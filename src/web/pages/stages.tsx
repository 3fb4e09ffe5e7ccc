import { CHAIN_JOB } from '../../pipeline/jobs.js';
import { count } from '../../pipeline/measures.js';
import type { PlannedStage, StageId, StageState } from '../../pipeline/model.js';
import { inStartingOrder } from '../../pipeline/needs-first.js';
import { byMatrix, namesOf, stageReason } from '../../pipeline/wording.js';
import { stateOf } from '../access.js';
import type { Addresses } from '../links.js';
import type { CauseJson } from '../log-protocol.js';
import type { RunView } from '../ports.js';
import { FEW_CELLS } from '../run-nodes.js';
import { lasted, shownTogether } from '../words.js';
import { cellsAnchor } from './graph.js';
import { State, StateOfStage } from './state.js';
import { Duration, Lasted } from './time.js';

interface StagesProps {
  readonly addresses: Addresses;
  readonly view: RunView;
  readonly now: number;
  /** Why stages failed, as far as it is known. */
  readonly causes: ReadonlyMap<StageId, CauseJson>;
}

/** The graph of a run as a list: the chain, what runs beside it, and for each stage what it waits for. */
export function Stages({ addresses, view, now, causes }: StagesProps) {
  const { jobs, stages } = view.plan;
  const chain = new Set(jobs.find(({ id }) => id === CHAIN_JOB)?.stages);
  const byId = new Map(stages.map((stage) => [stage.id, stage]));
  const place = new Map(
    inStartingOrder(jobs).flatMap((job, index) => job.stages.map((id) => [id, index] as const)),
  );
  const beside = stages
    .filter(({ id, skip }) => !chain.has(id) && skip === undefined)
    .toSorted((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  const leftOut = stages.filter(({ skip }) => skip !== undefined);
  const groups = [
    { title: 'One after the other', stages: stages.filter(({ id }) => chain.has(id)) },
    { title: chain.size > 0 ? 'Beside them' : 'Each by itself', stages: beside },
    { title: 'Left out', stages: leftOut },
  ].filter((group) => group.stages.length > 0);
  return (
    <>
      {groups.map((group) => (
        <>
          {groups.length > 1 && <h3>{group.title}</h3>}
          <ul class="stages">
            {[...byMatrix(group.stages.map(({ id }) => id))].map(([name, ids]) => (
              <Group
                {...{ addresses, view, now, causes, name }}
                stages={ids.flatMap((id) => byId.get(id) ?? [])}
              />
            ))}
          </ul>
        </>
      ))}
    </>
  );
}

interface GroupProps extends StagesProps {
  readonly name: string;
  /** The cells of a matrix, or one stage. */
  readonly stages: readonly PlannedStage[];
}

function Group({ addresses, view, now, causes, name, stages }: GroupProps) {
  const rows = stages.map((stage) => <StageRow {...{ addresses, view, now, causes, stage }} />);
  if (stages.length === 1) return <li>{rows}</li>;
  const states = stages.map(({ id }) => stateOf(view, id));
  const passed = states.filter(isPassed).length;
  const shown = shownTogether(states);
  const times = states.map((state) => lasted(state, now) ?? 0);
  const isOpen = shown.tone === 'failed' || stages.length <= FEW_CELLS;
  return (
    <li>
      <details open={isOpen} id={cellsAnchor(name)} data-keep={name}>
        <summary class="stage">
          <State {...shown} />
          <span class="wide">
            {name}
            <span class="quiet">
              {passed} of {count(stages.length, 'cell')} passed{waitWords(commonNeeds(stages))}
            </span>
          </span>
          <Duration ms={Math.max(...times) || undefined} />
        </summary>
        <ul class="stages cells">
          {rows.map((row) => (
            <li>{row}</li>
          ))}
        </ul>
      </details>
    </li>
  );
}

function StageRow({ addresses, view, stage, now, causes }: StagesProps & { readonly stage: PlannedStage }) {
  const state = stateOf(view, stage.id);
  const needs = stage.waitsFor ?? [];
  const after = state.status === 'queued' || stage.cell !== undefined ? '' : waitWords(needs);
  const words = `${stageReason(state, needs)}${triesWords(state)}${after}`.replace(/^ · /, '');
  const page = addresses.stage(view.id, stage.id, view.repository.private);
  const cause = causes.get(stage.id);
  return (
    <div class="stage">
      <StateOfStage state={state} />
      <span class="wide">
        <a href={page}>{stage.id}</a>
        {words !== '' && <span class="quiet">{words}</span>}
        {cause && (
          <a class="quote" href={`${page}#L${cause.line}`}>
            <code>{cause.text.split('\n', 1)[0]}</code>
          </a>
        )}
      </span>
      <Lasted state={state} now={now} />
    </div>
  );
}

/** Cells wait for the same, unless one of them shares a workspace with another stage. */
function commonNeeds(stages: readonly PlannedStage[]): readonly StageId[] {
  return stages[0]?.waitsFor ?? [];
}

function waitWords(needs: readonly StageId[]): string {
  return needs.length === 0 ? '' : ` · after ${namesOf(needs)}`;
}

function triesWords(state: StageState): string {
  const tries = state.status === 'completed' ? (state.facts.tries ?? 1) : 1;
  return tries > 1 ? ` · on try ${tries}` : '';
}

function isPassed(state: StageState): boolean {
  return state.status === 'completed' && state.outcome.kind === 'passed';
}
