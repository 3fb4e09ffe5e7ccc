import type { KeptFiles, PlannedStage, StageState } from '../pipeline/model.js';
import type { Room, WebContext } from './context.js';
import type { RunView } from './ports.js';
import { isSignedRun } from './signature.js';

/**
 * The run of the address, when who asks may see it. A private run without its signature is answered
 * like one that does not exist: a number must tell nothing.
 */
export async function visibleRun(room: Room, c: WebContext): Promise<RunView | undefined> {
  const id = c.req.param('run') ?? '';
  if (!/^[1-9]\d{0,14}$/.test(id)) return undefined;
  const view = await room.queries.run(Number(id));
  if (!view) return undefined;
  const isAllowed = !view.repository.private || isSignedRun(room.signingKey, view.id, c.req.query('sig'));
  return isAllowed ? view : undefined;
}

export interface StageView {
  readonly view: RunView;
  readonly stage: PlannedStage;
  readonly state: StageState;
}

export async function visibleStage(room: Room, c: WebContext): Promise<StageView | undefined> {
  const view = await visibleRun(room, c);
  const stage = view?.plan.stages.find(({ id }) => id === c.req.param('stage'));
  return view && stage ? { view, stage, state: stateOf(view, stage.id) } : undefined;
}

export function stateOf(view: RunView, stage: string): StageState {
  return view.progress.stages.find(({ id }) => id === stage)?.state ?? { status: 'queued' };
}

/** What the stage kept for people and other stages. */
export function artifactsOf(state: StageState): KeptFiles | undefined {
  return state.status === 'completed' ? state.facts.artifacts : undefined;
}
