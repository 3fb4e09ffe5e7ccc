import type { PlannedStage, StageId } from '../../pipeline/model.js';
import type { Job } from '../job.js';
import { type Container, EngineRefused } from '../ports.js';
import type { Workspace } from '../workspace.js';
import { askOf } from './ask.js';
import type { Pool, PoolSlot, PoolTurn } from './pool.js';
import { recipeKey } from './recipe.js';
import { moveSlot, unlinkSlot } from './slot.js';

/**
 * So many stages of a job are armed at most: each waits as a shell of 1 MiB, and 10 of the engine's. A chain that is
 * longer goes on arming while these run.
 */
const MOST_STAGES = 10;

/**
 * What stands ready for these stages is the job's from now on; the workspace, which must not be there
 * yet, is made of it. Undefined: the first stage has nothing to do with a pool.
 */
export async function takeTurn(
  job: Job,
  stages: readonly PlannedStage[],
  workspace: Pick<Workspace, 'root'>,
): Promise<PoolTurn | undefined> {
  const { pool } = job.deps;
  const asks = asksOf(job, stages);
  if (pool === undefined || asks.size === 0) return undefined;
  const ask = [...asks.values()].join(' ');
  const slot = await takeSlot(job, pool, ask, workspace);
  const assigned = assignAll(job, slot?.containers ?? []);
  const open = new Set(asks.keys());
  const order = [...open];
  return {
    async container(stage, recipe, owner) {
      if (!open.delete(stage)) return undefined;
      const at = order.indexOf(stage);
      const container = slot?.containers[at];
      const fits = slot?.keys[at] === recipeKey(recipe) && (await assigned[at]) === true;
      pool.used(ask, at, recipe, fits);
      if (container === undefined) return undefined;
      if (!fits) {
        job.resources.drop(container);
        return undefined;
      }
      owner.adoptContainer(container);
      // It was walled in when it was armed: what it runs now is the job's.
      await job.resources.network();
      return container;
    },
  };
}

/** By the ids of the stages that can be armed, the first of them first. Empty: it cannot. */
function asksOf({ lease }: Job, stages: readonly PlannedStage[]): ReadonlyMap<StageId, string> {
  const asks = stages.flatMap((stage) => {
    const ask = askOf(lease, stage);
    return ask === undefined ? [] : [[stage.id, ask] as const];
  });
  return new Map(asks[0]?.[0] === stages[0]?.id ? asks.slice(0, MOST_STAGES) : []);
}

async function takeSlot(
  job: Job,
  pool: Pool,
  ask: string,
  workspace: Pick<Workspace, 'root'>,
): Promise<PoolSlot | undefined> {
  const slot = pool.take(ask);
  if (slot === undefined) return undefined;
  const { logger } = job.deps;
  try {
    await moveSlot(slot, workspace);
  } catch (err) {
    logger.warn({ err, run: job.lease.run }, 'an armed workspace could not be used');
    pool.drop(slot);
    return undefined;
  }
  job.resources.adoptNetwork(slot, () => unlinkSlot(slot));
  for (const container of slot.containers) job.resources.adoptContainer(container);
  return slot;
}

/** One after the other: the first is needed first. */
function assignAll(job: Job, containers: readonly Container[]): readonly Promise<boolean>[] {
  let before: Promise<unknown> = Promise.resolve();
  return containers.map((container) => {
    const assigned = before.then(() => assign(job, container));
    // Its stage may never be reached.
    before = assigned.catch(() => undefined);
    return assigned;
  });
}

/** Before it runs anything: whoever takes over the job must find it. @returns false when it is gone by now */
async function assign({ lease }: Job, container: Container): Promise<boolean> {
  try {
    await container.assign({ run: lease.run, job: lease.job.id, fence: lease.fence });
    return true;
  } catch (error) {
    if (error instanceof EngineRefused) return false;
    throw error;
  }
}
