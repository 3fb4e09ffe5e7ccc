import type { PlannedStage } from '../../pipeline/model.js';
import type { Job } from '../job.js';
import { EngineRefused } from '../ports.js';
import type { Workspace } from '../workspace.js';
import { askOf } from './ask.js';
import type { Pool, PoolSlot, PoolTurn } from './pool.js';
import { recipeKey } from './recipe.js';
import { moveSlot, removeSlot, unlinkSlot } from './slot.js';

/**
 * What stands ready for the first of these stages is the job's from now on; the workspace, which must not be there
 * yet, is made of it. Undefined: the stage has nothing to do with a pool.
 */
export async function takeTurn(
  job: Job,
  stages: readonly PlannedStage[],
  workspace: Pick<Workspace, 'root'>,
): Promise<PoolTurn | undefined> {
  const { pool } = job.deps;
  const [stage] = stages;
  const ask = stage && askOf(job.lease, stage);
  if (pool === undefined || stage === undefined || ask === undefined) return undefined;
  const slot = await takeSlot(job, pool, ask, workspace);
  const assigned = slot && assign(job, slot);
  // Its stage may never be reached.
  assigned?.catch(() => undefined);
  let isNew = true;
  return {
    stage: stage.id,
    async container(recipe, owner) {
      if (!isNew) return undefined;
      isNew = false;
      const fits = slot?.key === recipeKey(recipe) && (await assigned) === true;
      pool.used(ask, recipe, fits);
      if (slot === undefined) return undefined;
      if (!fits) {
        job.resources.drop(slot.container);
        return undefined;
      }
      owner.adoptContainer(slot.container);
      return slot.container;
    },
  };
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
    removeSlot(slot).catch((cause: unknown) => logger.warn({ err: cause }, 'armed container not removed'));
    return undefined;
  }
  job.resources.adoptNetwork(slot, () => unlinkSlot(slot));
  job.resources.adoptContainer(slot.container);
  return slot;
}

/** Before it runs anything: whoever takes over the job must find it. @returns false when it is gone by now */
async function assign({ lease }: Job, { container }: PoolSlot): Promise<boolean> {
  try {
    await container.assign({ run: lease.run, job: lease.job.id, fence: lease.fence });
    return true;
  } catch (error) {
    if (error instanceof EngineRefused) return false;
    throw error;
  }
}
