import {
  BUILT_IMAGE,
  type ContainerSpec,
  type ContainerStage,
  type PlannedStage,
} from '../pipeline/model.js';
import { cacheMounts } from './cache-files.js';
import { imageOf, joining, planContainer } from './container-plan.js';
import { secretEnvironment, stageEnvironment } from './environment.js';
import type { Job, Stand } from './job.js';
import { recipeOf, type Wanted } from './pool/recipe.js';
import { type Container, EngineRefused, type ImageInfo } from './ports.js';
import { createScript, SCRIPT_LIMIT_BYTES, type Script, scriptBytes } from './script.js';
import { StageFailed } from './stage-failed.js';
import { prepareServices, type Services } from './steps/services.js';
import { knownAhead, planStageMounts } from './volumes.js';

/** A stage's container, made and, with a script, started: it waits for the go-signal. */
export interface PreparedMain {
  readonly container: Container;
  readonly image: ImageInfo;
  /** Where the repository is in the container. */
  readonly codeDir: string;
  /** bytes; 0 is no limit */
  readonly memoryLimit: number;
  /** `K=V`: of the environment, what the container was made without. */
  readonly late: readonly string[];
  /** Absent: the container runs its own command and is not started yet. */
  readonly script?: Script;
}

/**
 * What was made ahead, for the first try of its stage. What is absent is made in its turn; `undefined`: the stage need
 * not run, as it seemed.
 */
export interface Armed {
  readonly job: Job;
  services?: Promise<Services | undefined>;
  main?: Promise<PreparedMain | undefined>;
}

/** … beside its services. */
export interface Prepared extends PreparedMain {
  readonly services: Services;
}

/** Nothing that the container is made from depends on what is still to be done. @param built what `build` has made so far */
export function knowsMain({ container }: ContainerStage, built: ImageInfo | undefined): boolean {
  const { image, commands, volumes } = container;
  return (image !== BUILT_IMAGE || built !== undefined) && commands.length > 0 && knownAhead(volumes);
}

/** All that its containers are made of is known before the job begins. */
export function canArm({ spec, refusals }: PlannedStage): boolean {
  return (
    spec.kind === 'container' && refusals.length === 0 && knowsMain(spec, undefined) && knowsServices(spec)
  );
}

/** The same of the containers of its services. */
export function knowsServices({ services }: ContainerStage): boolean {
  return services.every(({ image, volumes }) => image !== BUILT_IMAGE && knownAhead(volumes));
}

/**
 * Makes what was not made ahead.
 * @throws StageFailed, EngineRefused, EngineUnavailable
 */
export async function prepare(
  job: Job,
  stand: Stand,
  stage: PlannedStage,
  spec: ContainerStage,
  armed?: Pick<Armed, 'services' | 'main'>,
): Promise<Prepared> {
  const [services, main] = await Promise.all([
    (async () => (await armed?.services) ?? (await prepareServices(job, stand, stage, spec, false)))(),
    (async () => (await armed?.main) ?? (await prepareMain(job, stand, stage, spec)))(),
  ]);
  return { ...main, services };
}

/** @throws StageFailed, EngineRefused, EngineUnavailable */
export async function prepareMain(
  job: Job,
  stand: Stand,
  stage: PlannedStage,
  { container: spec }: ContainerStage,
): Promise<PreparedMain> {
  const size = scriptBytes(spec.commands);
  if (size > SCRIPT_LIMIT_BYTES) {
    throw new StageFailed('container', `commands hold ${size} bytes; ${SCRIPT_LIMIT_BYTES} are possible`);
  }
  const image = await imageOf(job, stand, spec);
  const plan = await planStageMounts(spec.volumes, await stand.place());
  const mounts = [...plan.mounts, ...(await cacheMounts(stand.workspace, stage))];
  const hasScript = spec.commands.length > 0;
  // A script gets its secrets with the go-signal: the engine keeps a container's configuration on disk and shows it.
  const secrets = hasScript ? [] : secretEnvironment(job.lease, stage.id);
  const environment = [...spec.environment, ...secrets];
  const base = await planContainer(job, stage.id, spec, image, { ...plan, mounts }, stage.options?.resources);
  const wanted: Wanted = {
    ...base,
    environment: stageEnvironment(job.lease, stage.id, environment, stand.built && job.lease.plan.image),
    aliases: [],
    user: '0',
    stdin: hasScript,
  };
  const prepared = { image, codeDir: plan.codeDir, memoryLimit: base.limits.memory };
  if (!hasScript) {
    const { entrypoint, command } = spec;
    const own = { ...(entrypoint && { entrypoint }), ...(command && { command }) };
    return { ...prepared, container: await job.resources.create({ ...wanted, ...own }), late: [] };
  }
  const waiting =
    (await ofPool(job, stand, stage, wanted)) ??
    (await makeWaiting(job, spec, await joining(job, spec, wanted)));
  stand.shellImage ??= image.id;
  return { ...prepared, ...waiting };
}

/** A shell that waits in its container, the script that it will run, and what else the go-signal brings. */
type Waiting = Pick<Prepared, 'container' | 'late'> & { readonly script: Script };

async function ofPool(
  job: Job,
  { poolTurn, workspace }: Stand,
  { id, spec }: PlannedStage,
  wanted: Wanted,
): Promise<Waiting | undefined> {
  if (poolTurn === undefined || spec.kind !== 'container') return undefined;
  const { recipe, late } = recipeOf(wanted, workspace.root);
  const container = await poolTurn.container(id, recipe, job.resources);
  return container && { container, late, script: createScript(spec.container.commands, { late: true }) };
}

async function makeWaiting(job: Job, spec: ContainerSpec, wanted: Wanted): Promise<Waiting> {
  const script = createScript(spec.commands);
  const container = await job.resources.create({ ...wanted, entrypoint: script.entrypoint, command: [] });
  await startShell(container, spec.image);
  return { container, script, late: [] };
}

async function startShell(container: Container, image: string): Promise<void> {
  try {
    await container.start();
  } catch (error) {
    if (error instanceof EngineRefused && error.code === 'no_shell') {
      throw new StageFailed('no_shell', `image ${image} has no /bin/sh, which commands need`, {
        cause: error,
      });
    }
    throw error;
  }
}
