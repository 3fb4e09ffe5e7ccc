import type { PlannedStage } from '../pipeline/model.js';
import { checkoutOptions } from './checkout-options.js';
import { openCode } from './code.js';
import { discardWorkspace } from './discard.js';
import { type Job, pullImages, type Stand } from './job.js';
import type { Held } from './kept.js';
import { takeTurn } from './pool/turn.js';
import type { ImageInfo } from './ports.js';
import { isReleaseBuild, jobStages, needsWorkspace, planWalk, type Walk } from './resume.js';
import { createReuse } from './reuse.js';
import { findWorkspace, openWorkspace, readMark } from './workspace.js';

/**
 * Looks at what an earlier owner left, decides what to do, and begins what takes long: pulls and the checkout.
 * @param reaped resolves when nothing of an earlier owner runs any more: until then its workspace is only looked at
 */
export async function findStand(
  job: Job,
  { earlier }: Pick<Held, 'earlier'>,
  reaped: Promise<void>,
): Promise<{ readonly stand: Stand; readonly walk: Walk }> {
  const { lease, deps } = job;
  const workspace = await findWorkspace(deps.workspaces, lease.run, lease.job.id);
  const options = checkoutOptions(jobStages(lease));
  const wanted = { sha: lease.trigger.sha, options };
  const [mark, left] = await Promise.all([readMark(workspace, wanted), imageOfEarlier(job)]);
  const walk = planWalk(lease, {
    workspaceWhole: mark !== undefined,
    imageLocal: left !== undefined,
    wasOver: earlier !== undefined,
  });
  const images = pullImages(job, walk.stages);
  const code = openCode({
    checkout: deps.checkout,
    request: {
      repository: lease.repository,
      trigger: lease.trigger,
      ...(lease.cloneToken !== undefined && { token: lease.cloneToken }),
      ...(deps.renewToken && { renewToken: deps.renewToken }),
      options,
      trusted: lease.trusted,
      directory: workspace.code,
    },
    options,
    workspace,
    mark: walk.fresh ? undefined : mark,
    signal: job.halt.signal,
    timed: (checkout) => job.spans.timed({ name: 'checkout' }, checkout),
    warn: (line) =>
      deps.logger.warn({ run: lease.run, job: lease.job.id, line: job.mask.text(line) }, 'checkout'),
  });
  const needsFiles = walk.stages.some(surelyNeedsFiles);
  if (needsFiles) code.fetch();
  await reaped;
  if (walk.fresh) {
    await discardWorkspace(deps, { run: lease.run, job: lease.job.id, workspace, shell: earlier?.shell });
  }
  const poolTurn = walk.fresh ? await takeTurn(job, walk.stages, workspace) : undefined;
  await openWorkspace(deps.workspaces, lease.run, lease.job.id);
  if (needsFiles) code.begin();
  const stand: Stand = {
    workspace,
    images,
    code,
    place: async () => ({ code: workspace.code, borrowed: await code.borrowed(), trusted: lease.trusted }),
    poolTurn,
    caches: new Map(),
    reuse: createReuse({
      lease,
      images,
      tree: () => code.tree(),
      depot: deps.depot,
      engine: deps.engine,
      signal: job.halt.signal,
    }),
    built: walk.stages.some(isReleaseBuild) ? undefined : (left ?? (await imageOfOther(job))),
    earlierImage: left?.id,
    shellImage: undefined,
  };
  return { stand, walk };
}

/** All that it does may have been done before: then nobody asks for its files. */
function surelyNeedsFiles({ spec, options }: PlannedStage): boolean {
  return needsWorkspace({ spec }) && options?.inputs === undefined;
}

/** The image that an earlier owner has built, by its recorded id: any name may be another image's by now. */
async function imageOfEarlier({ lease, deps }: Job): Promise<ImageInfo | undefined> {
  const build = lease.plan.stages.find(isReleaseBuild);
  const id = lease.done.find(({ stage }) => stage === build?.id)?.facts.imageDigest;
  return id === undefined ? undefined : await deps.engine.image(id);
}

/** The image of another job's build: the job was given to this worker because it is here. */
async function imageOfOther({ lease, deps }: Job): Promise<ImageInfo | undefined> {
  return lease.built === undefined ? undefined : await deps.engine.image(lease.built.image);
}
