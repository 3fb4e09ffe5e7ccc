import path from 'node:path';
import type { ImageBuildStage, Outcome } from '../../pipeline/model.js';
import { BARE } from '../bare-container.js';
import { buildContext } from '../build-context.js';
import { isInside, resolveInside } from '../inside.js';
import { limitsOf } from '../limits.js';
import { copyOutputs } from '../outputs.js';
import { type ImageInfo, LABELS } from '../ports.js';
import { workspaceReady } from '../ready.js';
import { isShared } from '../shared-image.js';
import { type StageContext, timed } from '../stage-context.js';
import { StageFailed } from '../stage-failed.js';
import { cacheImages } from './cache-images.js';

/** The classic builder has no field for either: https://docs.docker.com/reference/api/engine/ (POST /build). */
const RUN_STEPS =
  "RUN steps run under Docker's defaults: its capabilities, and no limit on the number of processes";
const NO_PIDS = 'resources: pids is not carried out for RUN steps; cpu and memory are';

/** Builds the image of this run, or an image that only brings files. */
export async function runImageBuild(context: StageContext, spec: ImageBuildStage): Promise<Outcome> {
  const { stand, job } = context;
  await workspaceReady(context);
  context.running();
  context.facts.note(RUN_STEPS);
  if (context.stage.options?.resources?.pids !== undefined) context.facts.note(NO_PIDS);
  const forRelease = spec.purpose === 'release';
  const tag = forRelease ? job.builtName : `${job.name(context.stage.id)}:outputs`;
  const image = await timed(context, 'build', build(context, spec, tag));
  context.log.end(context.attempt, 0);
  context.facts.set({ imageDigest: image.id });
  if (forRelease) {
    stand.built = image;
    context.facts.set({ image: job.lease.plan.image });
    await context.log.line(`Built ${job.lease.plan.image}`);
  }
  if (!forRelease || spec.outputs.length > 0)
    await timed(context, 'outputs', copyImageOutputs(context, spec, image));
  return { kind: 'passed' };
}

async function build(context: StageContext, spec: ImageBuildStage, tag: string): Promise<ImageInfo> {
  const { job, stand, log } = context;
  const directory = await resolveInside(stand.workspace.code, spec.contextDir, 'context_dir');
  const dockerfile = await dockerfileIn(stand.workspace.code, directory, spec.dockerfileName);
  const forRelease = spec.purpose === 'release';
  const ready = (image: ImageInfo): void => {
    stand.built = image;
    context.running();
  };
  const cacheFrom = await cacheImages(context, spec.cacheFrom ?? []);
  return await job.deps.engine.build(
    {
      context: buildContext({ directory, dockerfile }),
      dockerfile,
      tag,
      labels: job.labels,
      imageLabels: {
        ...labelsOf(spec),
        ...(outlivesJob(context, spec) && { [LABELS.shared]: 'yes' }),
      },
      pull: false,
      limits: limitsOf(context.stage.options?.resources ?? {}, job.deps.limits, job.lease.trusted),
      auth: job.lease.registries,
      network: (await job.resources.network()).name,
      ...(forRelease && { made: ready }),
      ...(spec.args && { args: spec.args }),
      ...(spec.target !== undefined && { target: spec.target }),
      ...(spec.platform !== undefined && { platform: spec.platform }),
      ...(cacheFrom.length > 0 && { cacheFrom }),
    },
    job.halt.signal,
    async (bytes, step) => {
      if (step !== undefined) log.mark({ kind: 'step', number: step });
      await log.write(bytes);
    },
  );
}

function outlivesJob({ job, stage }: StageContext, { purpose }: ImageBuildStage): boolean {
  return isShared(job.lease, stage.id) || (purpose === 'release' && job.deps.kept.keeps);
}

function labelsOf({ labels = [] }: ImageBuildStage): Readonly<Record<string, string>> {
  const pairs = labels.map((label) => {
    const equals = label.indexOf('=');
    return equals === -1 ? [label, ''] : [label.slice(0, equals), label.slice(equals + 1)];
  });
  return Object.fromEntries(pairs.filter(([key = '']) => !key.startsWith('cyclone.')));
}

/** Relative to the context; links are followed, as the engine would, but not out of the context. */
async function dockerfileIn(code: string, context: string, name: string): Promise<string> {
  const fromRoot = path.relative(code, path.join(context, name));
  const real = await resolveInside(code, fromRoot, 'dockerfile_name');
  if (real === context || !isInside(context, real)) {
    throw new StageFailed('workspace', `dockerfile_name: ${name} is outside of context_dir`);
  }
  return path.relative(context, real);
}

/** The container is never started: its files are all that is wanted. */
async function copyImageOutputs(
  context: StageContext,
  spec: ImageBuildStage,
  image: ImageInfo,
): Promise<void> {
  const { job, stand } = context;
  const container = await job.resources.create({
    name: job.name(context.stage.id),
    image: image.id,
    ...BARE,
    environment: [],
    // An image without a command of its own could not be made a container.
    command: ['cyclone'],
    mounts: [],
    limits: job.deps.limits,
  });
  try {
    context.outputs = await copyOutputs(
      spec.outputs,
      { container, workingDir: image.workingDir || '/' },
      stand.workspace,
    );
  } finally {
    // What was built for its files alone is of no further use.
    if (spec.purpose === 'outputs') job.resources.dropImage(image.id, container);
    else job.resources.drop(container);
  }
}
