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
  const { deps } = job;
  const image = ownImage(job, stand);
  await held.leave({
    workspace: stand.workspace,
    // What the first of a job's stages finds is the commit's files: for that one alone nothing need stay.
    isOfUse: jobStages(job.lease).filter(needsWorkspace).length > 1,
    image: deps.kept.keeps ? image : undefined,
    shell: stand.shellImage ?? held.earlier?.shell,
  });
  // An earlier owner's: our labels do not find it.
  if (!deps.kept.keeps && image !== undefined && image === stand.earlierImage)
    await deps.engine.removeImage(image);
}

/** The image that this job built, unless others than its re-runs may want it. */
function ownImage({ lease }: Job, { built, earlierImage }: Stand): string | undefined {
  const build = jobStages(lease).find(isReleaseBuild);
  return build === undefined || isShared(lease, build.id) ? undefined : (built?.id ?? earlierImage);
}
