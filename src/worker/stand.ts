import { checkoutOptions } from './checkout-options.js';
import { type Job, pullImages, type Stand } from './job.js';
import type { CheckoutOptions, CheckoutRequest, ImageInfo } from './ports.js';
import { isReleaseBuild, jobStages, planWalk, type Walk } from './resume.js';
import {
  type CheckoutMark,
  openWorkspace,
  readMark,
  resetWorkspace,
  type Workspace,
  writeMark,
} from './workspace.js';

/** Looks at what an earlier owner left, decides what to do, and begins what takes long: pulls and the checkout. */
export async function findStand(job: Job): Promise<{ readonly stand: Stand; readonly walk: Walk }> {
  const { lease, deps } = job;
  const workspace = await openWorkspace(deps.workspaces, lease.run, lease.job.id);
  const options = checkoutOptions(jobStages(lease));
  const wanted = { sha: lease.trigger.sha, options };
  const [mark, left] = await Promise.all([readMark(workspace, wanted), imageOfEarlier(job)]);
  const walk = planWalk(lease, { workspaceWhole: mark !== undefined, imageLocal: left !== undefined });
  const images = pullImages(job, walk.stages);
  if (walk.fresh) await resetWorkspace(workspace);
  const code = walk.fresh ? checkOut(job, workspace, options) : keptCode(mark);
  const stand: Stand = {
    workspace,
    images,
    place: async () => ({ code: workspace.code, borrowed: await code.borrowed, trusted: lease.trusted }),
    checkedOut: (listen) => code.done(listen),
    built: walk.stages.some(isReleaseBuild) ? undefined : left,
    earlierImage: left?.id,
    shellImage: undefined,
  };
  return { stand, walk };
}

/** The commit's files on their way. */
interface Code {
  readonly borrowed: Promise<readonly string[]>;
  done(listen: (line: string) => void): Promise<void>;
}

function checkOut(job: Job, workspace: Workspace, options: CheckoutOptions): Code {
  const { lease, deps, halt } = job;
  const request: CheckoutRequest = {
    repository: lease.repository,
    trigger: lease.trigger,
    ...(lease.cloneToken !== undefined && { token: lease.cloneToken }),
    options,
    trusted: lease.trusted,
    directory: workspace.code,
  };
  const borrowed = deps.checkout.borrows(request);
  const told: string[] = [];
  let listener: ((line: string) => void) | undefined;
  const tell = (line: string): void => {
    deps.logger.warn({ run: lease.run, job: lease.job.id, line: job.mask.text(line) }, 'checkout');
    told.push(line);
    listener?.(line);
  };
  const finish = async (): Promise<void> => {
    const result = await deps.checkout.checkout(request, halt.signal, tell);
    await writeMark(workspace, { sha: lease.trigger.sha, options, borrowed: result.borrowed });
  };
  const done = finish();
  // A first stage that policy refuses never asks.
  borrowed.catch(() => undefined);
  done.catch(() => undefined);
  return {
    borrowed,
    done(listen) {
      // The first stage that waits for the files began after the checkout.
      if (listener === undefined) told.forEach(listen);
      listener = listen;
      return done;
    },
  };
}

function keptCode(mark: CheckoutMark | undefined): Code {
  return { borrowed: Promise.resolve(mark?.borrowed ?? []), done: () => Promise.resolve() };
}

/** The image that an earlier owner has built, by its recorded id: any name may be another image's by now. */
async function imageOfEarlier({ lease, deps }: Job): Promise<ImageInfo | undefined> {
  const build = lease.plan.stages.find(isReleaseBuild);
  const id = lease.done.find(({ stage }) => stage === build?.id)?.facts.imageDigest;
  return id === undefined ? undefined : await deps.engine.image(id);
}
