import path from 'node:path';
import { compileMask, type Mask } from '../logs/mask.js';
import { BUILT_IMAGE, type ContainerSpec, type PlannedStage, type RegistryAuth } from '../pipeline/model.js';
import type { CacheState } from './cache-files.js';
import type { Code } from './code.js';
import { type Halt, openHaltWithin } from './halt.js';
import { registryHost } from './image-reference.js';
import { type Images, type PullOptions, pullTogether, type WantedImage } from './images.js';
import { createNonce } from './nonce.js';
import type { PoolTurn } from './pool/pool.js';
import { type ImageHold, type ImageInfo, LABELS, type Labels, type Lease } from './ports.js';
import { Resources } from './resources.js';
import type { Reuse } from './reuse.js';
import { createJobSpans, type JobSpans } from './spans.js';
import { createSpent, type Spent } from './spent.js';
import type { Place } from './volumes.js';
import type { WorkerDeps } from './worker-deps.js';
import type { Workspace } from './workspace.js';

/** One job as this owner carries it out. */
export interface Job {
  readonly lease: Lease;
  readonly deps: WorkerDeps;
  readonly halt: Halt;
  readonly labels: Labels;
  readonly mask: Mask;
  readonly resources: Resources;
  readonly spent: Spent;
  readonly spans: JobSpans;
  /** Of the images that it uses, until it is over. */
  readonly images: ImageHold;
  /** A name in the engine that no other container or image has. */
  name(what: string): string;
  /**
   * What the release build is called in the engine. The plan's name is shared by all runs of a tag, and would be
   * moved from one's image to the other's.
   */
  readonly builtName: string;
}

/** What the stages of a job share, once it is known what there is to do. */
export interface Stand {
  readonly workspace: Workspace;
  readonly images: Images;
  /** Known before the checkout is done. */
  place(): Promise<Place>;
  readonly code: Code;
  /** Undefined: its first stage begins without. */
  readonly poolTurn: PoolTurn | undefined;
  /** What was found in caches, by their keys and paths. */
  readonly caches: Map<string, CacheState>;
  readonly reuse: Reuse;
  /** The image that this run's build made. */
  built: ImageInfo | undefined;
  /** Id of the image that an earlier owner built: our labels do not find it. */
  readonly earlierImage: string | undefined;
  /** An image that is known to have a shell, for cleaning what only root may remove. */
  shellImage: string | undefined;
}

/** Where nobody removes images, all of them stay. */
const NO_HOLD: ImageHold = { add: () => undefined, release: () => undefined };

export function openJob(lease: Lease, deps: WorkerDeps, halt: Halt): Job {
  const labels = {
    ...jobLabels(lease, deps.install),
    [LABELS.worker]: deps.workerId,
    [LABELS.fence]: String(lease.fence),
  };
  const name = (what: string): string => `cyclone-${lease.run}-${slug(what)}-${createNonce().slice(0, 12)}`;
  return {
    lease,
    deps,
    halt,
    labels,
    mask: compileMask(secretsOf(lease)),
    spans: createJobSpans(deps.clock, deps.begun),
    resources: new Resources({
      engine: deps.engine,
      labels,
      networkName: name(lease.job.id),
      owner: { run: lease.run, job: lease.job.id, fence: lease.fence },
      sandboxes: deps.sandboxes,
      strays: deps.strays,
      logger: deps.logger,
    }),
    spent: createSpent(deps.clock),
    images: deps.images?.hold() ?? NO_HOLD,
    name,
    builtName: `cyclone-${slug(deps.install)}/run-${lease.run}:${lease.fence}`,
  };
}

/** The job as one try of a stage sees it: what is stopped and closed there is that try's alone. */
export function openTry(job: Job): Job {
  return { ...job, halt: openHaltWithin(job.halt), resources: job.resources.part() };
}

/** What everything of a job bears, whoever owned it. */
export function jobLabels(lease: Lease, install: string): Labels {
  return { [LABELS.install]: install, [LABELS.run]: String(lease.run), [LABELS.job]: lease.job.id };
}

/** Asks for the images of these stages, together and at once. */
export function pullImages(job: Job, stages: readonly PlannedStage[]): Images {
  const wanted = stages.flatMap(({ spec, refusals }) =>
    spec.kind === 'container' && refusals.length === 0 ? [spec.container, ...spec.services] : [],
  );
  return pullTogether(
    job.deps.engine,
    wanted.filter(({ image }) => image !== BUILT_IMAGE).map((spec) => wantedImage(job.lease, spec)),
    { signal: job.halt.signal, timed: pulling(job), hold: job.images },
  );
}

function pulling({ spans }: Job): PullOptions['timed'] {
  return (detail, pull) => spans.timed({ name: 'pull', detail }, pull);
}

/** Credentials go to their own registry and to no other. */
export function authFor(lease: Lease, reference: string): RegistryAuth | undefined {
  return lease.registries[registryHost(reference)];
}

function wantedImage(lease: Lease, spec: ContainerSpec): WantedImage {
  const auth = spec.authConfig ?? authFor(lease, spec.image);
  return { reference: spec.image, always: spec.pull, ...(auth && { auth }) };
}

/** Also what the server may have forgotten to name: a token in a log cannot be taken back. */
function secretsOf(lease: Lease): readonly string[] {
  const auths = [
    ...Object.values(lease.registries),
    ...lease.plan.stages.flatMap(({ spec }) =>
      spec.kind === 'container'
        ? [spec.container, ...spec.services].flatMap((one) => one.authConfig ?? [])
        : [],
    ),
  ];
  const tokens = lease.plan.stages.flatMap(({ spec }) =>
    spec.kind === 'deploy' ? spec.targets.flatMap((target) => target.token ?? []) : [],
  );
  return [
    ...lease.secrets,
    ...Object.values(lease.stageSecrets ?? {}).flatMap((secrets) => Object.values(secrets)),
    ...(lease.cloneToken === undefined ? [] : [lease.cloneToken]),
    ...auths.flatMap((auth) => [auth.password ?? '', auth.registryToken ?? '']),
    ...tokens,
  ].filter((secret) => secret !== '');
}

function slug(text: string): string {
  const plain = path.posix
    .basename(text)
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return plain.replaceAll(/^-+|-+$/g, '').slice(0, 30) || 'x';
}
