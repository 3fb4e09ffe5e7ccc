import { BUILT_IMAGE, type ContainerSpec, type StageOptions } from '../pipeline/model.js';
import { isOwnNetwork } from '../pipeline/policy.js';
import type { Job, Stand } from './job.js';
import { limitsOf } from './limits.js';
import { enforcePolicy } from './policy.js';
import type { ContainerCreate, ImageInfo } from './ports.js';
import { publishedPorts } from './published-ports.js';
import { canJoin } from './sandbox.js';
import { StageFailed } from './stage-failed.js';
import type { MountPlan } from './volumes.js';

/** What stages and services have in common. */
export type ContainerBase = Omit<ContainerCreate, 'labels' | 'stdin' | 'environment' | 'aliases'>;

export async function planContainer(
  job: Job,
  role: string,
  spec: ContainerSpec,
  image: ImageInfo,
  plan: MountPlan,
  resources?: StageOptions['resources'],
): Promise<ContainerBase> {
  const { trusted } = job.lease;
  enforcePolicy(spec, trusted);
  const network = await networkOf(job, spec);
  return {
    name: job.name(role),
    // By id: the name may be moved by another run of the same commit.
    image: image.id,
    imageName: spec.image,
    mounts: plan.mounts,
    ...(plan.codeDir !== undefined && { workingDir: plan.codeDir }),
    ...(network !== undefined && { network }),
    links: [],
    extraHosts: spec.extraHosts,
    dns: spec.dns,
    devices: spec.devices,
    publish: publishedPorts(spec, trusted),
    privileged: spec.privileged,
    limits: limitsOf(
      { ...(spec.memLimit && { memory: spec.memLimit }), ...resources },
      job.deps.limits,
      trusted,
    ),
    ...(spec.cpuset !== undefined && { cpuset: spec.cpuset }),
    // Without the killer a container at its limit hangs, and with it the worker's slot.
    oomKillDisable: spec.oomKillDisable,
  };
}

/** The image, pulled or built. @throws StageFailed `image` when there is no built one */
export async function imageOf({ lease }: Job, stand: Stand, spec: ContainerSpec): Promise<ImageInfo> {
  if (spec.image !== BUILT_IMAGE) return await stand.images.get(spec.image);
  if (stand.built === undefined) {
    const by = lease.built?.by;
    throw new StageFailed(
      'image',
      by === undefined
        ? `${BUILT_IMAGE}: no build of this run made an image before this stage`
        : `${BUILT_IMAGE}: the image of ${by} is not on its machine any more; run ${by} again`,
    );
  }
  return stand.built;
}

/** The same container, among the job's stages before and behind it if it can be. */
export async function joining<T extends ContainerBase & Pick<ContainerCreate, 'aliases'>>(
  job: Job,
  spec: ContainerSpec,
  planned: T,
): Promise<T> {
  const joins = planned.network !== undefined && isOwnNetwork(spec.net) && canJoin(planned);
  const namespace = joins ? await job.resources.namespace() : undefined;
  return namespace === undefined ? planned : { ...planned, network: namespace };
}

async function networkOf(job: Job, spec: ContainerSpec): Promise<string | undefined> {
  if (spec.net === 'none') return undefined;
  if (!isOwnNetwork(spec.net)) return spec.net;
  return await job.resources.networkName();
}
