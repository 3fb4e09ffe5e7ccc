import type { PlannedStage, StageFacts } from '../pipeline/model.js';
import { keepResult } from './artifacts.js';
import type { Job, Stand } from './job.js';
import { layOutKept } from './kept-files.js';
import { DepotUnavailable } from './ports.js';
import { type StageContext, timed } from './stage-context.js';
import { StageFailed } from './stage-failed.js';

/** How long a stage waits, before it begins, for what tells whether it has to run. */
const FORESEEN_MS = 2000;

/** Fetching the commit is not the stage's own time, unless it takes so long that people wonder. */
export async function foresee({ deps, halt }: Job, { reuse }: Stand, stage: PlannedStage): Promise<void> {
  if (stage.options?.inputs === undefined) return;
  const decided = new AbortController();
  const late = deps.clock.sleep(FORESEEN_MS, decided.signal);
  // Why it cannot be decided, the stage says.
  await Promise.race([reuse.decide(stage).catch(() => undefined), late, halt.pressed]);
  decided.abort();
}

/** @returns whether an earlier result stands for the stage, which need not run then */
export async function useAgain(context: StageContext): Promise<boolean> {
  const { job, stage, stand, facts, attempt } = context;
  if (stage.options?.inputs === undefined || attempt > 1) return false;
  if (stand.reuse.halfMade) {
    facts.note('ran, and its result is not used again: a stage before it failed in the same workspace');
    return false;
  }
  const decision = await timed(context, 'reuse', stand.reuse.decide(stage));
  for (const note of decision.notes) facts.note(note);
  if (decision.kind === 'run') return false;
  context.running();
  const { run, stage: from, facts: earlier } = decision.found;
  const first = earlier.reusedFrom ?? { run, stage: from };
  await context.log.line(`Nothing of its inputs changed since run ${first.run}: its result is used again.`);
  facts.set({ ...lasting(earlier), worker: job.deps.workerId, reusedFrom: first });
  if (decision.image !== undefined) {
    stand.built = decision.image;
    facts.set({ image: job.lease.plan.image });
  }
  if (earlier.result !== undefined) stand.reuse.owed.push({ from: stage.id, digest: earlier.result.digest });
  return true;
}

/** What stages that are not run again left, once a stage needs it. @throws StageFailed, DepotUnavailable */
export async function layOutOwed(context: StageContext): Promise<void> {
  const { owed } = context.stand.reuse;
  for (let next = owed[0]; next !== undefined; next = owed[0]) {
    await timed(context, 'artifacts', layOutKept(context, next));
    owed.shift();
  }
}

/** Makes the result of a stage that passed known by its address. It passed, whatever becomes of that. */
export async function rememberResult(context: StageContext): Promise<void> {
  const { stage, stand, facts } = context;
  if (stage.options?.inputs === undefined || stand.reuse.halfMade) return;
  const decision = await stand.reuse.decide(stage);
  if (decision.kind !== 'run' || decision.address === undefined) return;
  try {
    await keepResult(context);
    facts.set({ address: decision.address });
  } catch (error) {
    if (!(error instanceof DepotUnavailable || error instanceof StageFailed)) throw error;
    facts.note(`its result cannot be used again: ${error.message}`);
  }
}

/** What is still true of a stage that is not run again. */
function lasting(facts: StageFacts): StageFacts {
  const { notes: _, spans: __, caches: ___, tries: ____, ...rest } = facts;
  return rest;
}
