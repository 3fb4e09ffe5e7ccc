import type { PlannedStage } from '../pipeline/model.js';
import type { Job, Stand } from './job.js';
import type { Held } from './kept.js';
import { isReleaseBuild, jobStages, needsWorkspace } from './resume.js';
import { isShared } from './shared-image.js';

/** Behind the job's end: nobody waits for it but this worker's next job. */
export async function leaveJob(job: Job, stand: Stand | undefined, held: Held): Promise<void> {
  const { engine, logger } = job.deps;
  await job.resources.close();
  try {
    if (stand !== undefined) await leaveStand(job, stand, held);
  } catch (error) {
    logger.warn({ err: error, run: job.lease.run }, 'workspace not tidied');
  }
  try {
    await engine.reap(job.labels, { images: true });
  } catch (error) {
    logger.warn({ err: error, run: job.lease.run }, 'images not removed');
  }
}

async function leaveStand(job: Job, stand: Stand, held: Held): Promise<void> {
  const { engine, kept } = job.deps;
  const build = ownBuild(job);
  const built = build === undefined ? undefined : (stand.built?.id ?? stand.earlierImage);
  const image = kept.keeps ? built : undefined;
  await held.leave({
    workspace: stand.workspace,
    // What the first of a job's stages finds is the commit's files: for that one alone nothing need stay.
    isOfUse: jobStages(job.lease).filter(needsWorkspace).length > 1,
    image,
    shell: stand.shellImage ?? held.earlier?.shell,
  });
  // Our labels do not find what an earlier owner built.
  const old = build === undefined ? undefined : stand.earlierImage;
  if (old !== undefined && old !== image) await engine.removeImage(old);
}

/** The build of this job, if nobody but its re-runs may want what it makes. */
function ownBuild({ lease }: Job): PlannedStage | undefined {
  const build = jobStages(lease).find(isReleaseBuild);
  return build === undefined || isShared(lease, build.id) ? undefined : build;
}
