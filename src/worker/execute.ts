import { judged, letsGoOn } from '../pipeline/judgement.js';
import type { PlannedStage } from '../pipeline/model.js';
import { createArming } from './arming.js';
import { openHalt, reasonText } from './halt.js';
import { type Job, jobLabels, openJob, type Stand } from './job.js';
import type { Held } from './kept.js';
import { leaveJob } from './leave.js';
import { EngineUnavailable, FenceLost, type Lease } from './ports.js';
import { unpublishedNotes } from './published-ports.js';
import { jobStages, type Walk } from './resume.js';
import { runStage } from './stage.js';
import { findStand } from './stand.js';
import { HandedOver } from './try.js';
import { foresee } from './use-again.js';
import { walkNotes } from './walk-notes.js';
import type { WorkerDeps } from './worker-deps.js';

/** Of the first owner of a job. */
const FIRST_FENCE = 1;

/** How a job left this worker. */
type End =
  | { readonly kind: 'ended' }
  | { readonly kind: 'returned'; readonly reason: string }
  | { readonly kind: 'fence_lost' };

/**
 * Carries out one job: every stage's beginning, log and end go to the observer, and nothing of the
 * job is left in the engine or on disk but what is kept for re-runs.
 * @param signal aborted: the job is cancelled; its reason is who or what for, or FenceLost
 * @returns `ended`: the job is over; `returned`: it is not ours any more and others go on with it
 * @throws what the observer throws, other than FenceLost: the story cannot be told
 */
export async function executeJob(
  lease: Lease,
  deps: WorkerDeps,
  signal: AbortSignal,
): Promise<'ended' | 'returned'> {
  const halt = openHalt(signal, deps.drain);
  const job = openJob(lease, deps, halt);
  const held = await deps.kept.take(lease.run, lease.job.id);
  let stand: Stand | undefined;
  try {
    const end = await carryOut(job, held, (found) => {
      stand = found;
    });
    const wasStopped = halt.stopped() !== undefined;
    // Pulls, a checkout that nobody needed, and what is being armed for stages that are not reached.
    halt.stop({ kind: 'handover', reason: 'the job is over' });
    switch (end.kind) {
      case 'ended':
        // A re-run may be here before we have tidied up.
        held.closing();
        await deps.observer.jobEnded();
        job.spent.endAll();
        // What did not react to a stop is left behind.
        if (!wasStopped) await stand?.code.settled();
        await leaveJob(job, stand, held);
        return 'ended';
      case 'returned':
        // First what is ours goes: the next owner may be here, and at once.
        await job.resources.close();
        await deps.observer.jobReturned(job.mask.text(end.reason));
        return 'returned';
      case 'fence_lost':
        return 'returned';
    }
  } catch (error) {
    if (error instanceof FenceLost) return 'returned';
    throw error;
  } finally {
    halt.release();
    job.images.release();
    job.spent.endAll();
    await job.resources.close();
    held.release();
  }
}

async function carryOut(job: Job, held: Held, found: (stand: Stand) => void): Promise<End> {
  const { deps, lease } = job;
  let open = jobStages(lease).find((stage) => lease.done.every((done) => done.stage !== stage.id));
  try {
    await deps.observer.jobStarted(job.spans.take());
    const reaped = reapEarlier(job);
    reaped.catch(() => undefined);
    const { stand, walk } = await findStand(job, held, reaped);
    found(stand);
    return await walkStages(job, stand, walk, (stage) => {
      open = stage;
    });
  } catch (error) {
    if (error instanceof FenceLost) return { kind: 'fence_lost' };
    if (error instanceof EngineUnavailable) return { kind: 'returned', reason: error.message };
    if (error instanceof HandedOver) return { kind: 'returned', reason: error.message };
    deps.logger.error({ err: error, run: lease.run, job: lease.job.id }, 'job broke');
    if (open === undefined) throw error;
    await deps.observer.stageStarted(open.id);
    const message = error instanceof Error ? error.message : String(error);
    await deps.observer.stageEnded(
      open.id,
      { kind: 'error', message: job.mask.text(message) },
      { worker: deps.workerId },
    );
    return { kind: 'ended' };
  }
}

/**
 * Behind the fence: no older owner makes anything new. Before the first there was none: the engine, which has to look
 * at all that it has, is not asked.
 */
async function reapEarlier({ lease, deps }: Job): Promise<void> {
  if (lease.fence > FIRST_FENCE) await deps.engine.reap(jobLabels(lease, deps.install), { images: false });
}

async function walkStages(
  job: Job,
  stand: Stand,
  walk: Walk,
  reached: (stage: Walk['stages'][number] | undefined) => void,
): Promise<End> {
  const { soft } = job.deps.drain;
  const { until } = job.lease;
  const held = walk.stages.findIndex(({ id }) => id === until);
  const stages = held === -1 ? walk.stages : walk.stages.slice(0, held);
  const arming = createArming(job, stand, stages);
  arming.ahead(0);
  let told: Promise<void> = Promise.resolve();
  const settled = async (): Promise<void> => {
    await told;
    reached(undefined);
  };
  for (const [index, stage] of stages.entries()) {
    if (soft.aborted) {
      await settled();
      return { kind: 'returned', reason: reasonText(soft.reason) };
    }
    await foresee(job, stand, stage);
    // In one round trip with the end of the stage before, which is the open one until it is told.
    const announced = job.deps.observer.stageStarted(stage.id);
    announced.catch(() => undefined);
    await told;
    reached(stage);
    // Behind it, no older owner can start a stage.
    await announced;
    const over = await runStage(job, stand, {
      stage,
      armed: arming.take(stage.id),
      notes: [
        ...walkNotes(job.lease, walk, stage.id),
        ...unpublishedNotes(stage.spec, job.lease.trusted),
        ...withheldNotes(job, stage),
      ],
      running: () => arming.ahead(index + 1),
    });
    told = over.told;
    const judgement = judged(stage, over.outcome);
    if (!letsGoOn(judgement)) {
      await settled();
      return { kind: 'ended' };
    }
    if (judgement.kind === 'neutral') stand.reuse.halfMade = true;
  }
  await settled();
  // The worker does not wait: whoever has a hand free goes on when the others are done.
  if (until !== undefined && held !== -1) {
    return { kind: 'returned', reason: `${until} waits for stages of other jobs` };
  }
  return { kind: 'ended' };
}

function withheldNotes({ lease }: Job, { options }: PlannedStage): readonly string[] {
  const names = options?.secrets ?? [];
  return lease.trigger.fork && names.length > 0
    ? [`secrets are not given to forks: ${names.join(', ')}`]
    : [];
}
