import type { Masker } from '../../logs/mask.js';
import type { ContainerStage, PlannedStage, ServiceSpec } from '../../pipeline/model.js';
import { imageOf, planContainer } from '../container-plan.js';
import { lastOfEachKey } from '../environment.js';
import type { Job, Stand } from '../job.js';
import { serviceNames } from '../links.js';
import { openLog } from '../open-log.js';
import { type Container, EngineRefused, type ImageInfo, type RunObserver } from '../ports.js';
import { StageFailed } from '../stage-failed.js';
import type { StageLog } from '../stage-log.js';
import { planServiceMounts } from '../volumes.js';

/** The end of a service's output, shown when it dies. */
const TAIL_BYTES = 4096;

/** What a service prints before its stage's turn is kept for it: one that must wait would never become healthy. */
const MOST_AHEAD = 4 * 1024 * 1024;

/** The services of one stage, made but perhaps not started. */
export interface Services {
  readonly names: readonly string[];
  /** One for each, with what those have said that run already. It is told from `start` on: before, the stage is not. */
  readonly logs: readonly StageLog[];
  /** In file order; waits for the health of those whose image knows it. @throws StageFailed `service` */
  start(): Promise<void>;
  /** Those that ended by themselves: what to say, and the end of what they printed. */
  dead(): readonly { readonly note: string; readonly tail: string }[];
  /**
   * Kills them all, waits for the death of those that may write to the workspace, and tells the rest of what they
   * said. Safe twice.
   */
  stop(): Promise<void>;
}

interface Service {
  readonly spec: ServiceSpec;
  readonly image: ImageInfo;
  readonly container: Container;
  readonly log: StageLog;
  /** It sees nothing of the workspace: it may run while the stage before does. */
  readonly independent: boolean;
  state: 'created' | 'started' | 'ended' | 'stopped';
  ended?: string;
  tail: Buffer;
  /** Of the tail: half a secret that stands where it is cut is no secret any more that could be found. */
  readonly masker: Masker;
  /** Resolves when all that it says is written. */
  heard: Promise<void>;
}

/** `early`: services that do not need the workspace are started now, before their stage's turn. */
export async function prepareServices(
  job: Job,
  stand: Stand,
  { id: stage }: Pick<PlannedStage, 'id'>,
  container: ContainerStage,
  early: boolean,
): Promise<Services> {
  const aliases = serviceNames(container);
  const turn = openTurn(job.deps.observer);
  const services = await Promise.all(
    container.services.map(async (spec) => {
      const created = await createService(job, stand, spec, aliases.get(spec.name) ?? []);
      return {
        ...created,
        log: openLog(job, { stage, service: spec.name, observer: turn.observer, mostUnsent: MOST_AHEAD }),
      };
    }),
  );
  if (early) {
    for (const service of services) {
      if (!service.independent) break;
      await startService(service);
    }
  }
  return {
    names: services.map(({ spec }) => spec.name),
    logs: services.map(({ log }) => log),
    async start() {
      turn.begin();
      for (const service of services) {
        if (service.state === 'created') await startService(service);
        await becomeHealthy(service, job.halt.signal);
      }
    },
    dead: () => services.filter(({ state }) => state === 'ended').map(deathOf),
    async stop() {
      const running = services.filter(({ state }) => state !== 'stopped');
      for (const service of running) service.state = 'stopped';
      // One that sees nothing of the workspace disturbs nobody while it goes.
      const inWorkspace = running.filter(({ independent }) => !independent);
      await Promise.all(inWorkspace.map(({ container }) => container.kill()));
      for (const { container } of running) job.resources.drop(container);
      await Promise.all(services.map(({ heard }) => heard));
      await Promise.all(services.map(({ log }) => log.close()));
    },
  };
}

/** What services say before their stage's turn waits for it: the stage may never be reached. */
function openTurn(observer: RunObserver): {
  readonly begin: () => void;
  readonly observer: Pick<RunObserver, 'log'>;
} {
  let begin: () => void = () => undefined;
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  return {
    begin,
    observer: {
      async log(stage, piece) {
        await begun;
        await observer.log(stage, piece);
      },
    },
  };
}

async function createService(
  job: Job,
  stand: Stand,
  spec: ServiceSpec,
  aliases: readonly string[],
): Promise<Omit<Service, 'log'>> {
  const image = await imageOf(job, stand, spec);
  const plan = await planServiceMounts(spec.volumes, await stand.place());
  const creating = job.resources.create({
    ...(await planContainer(job, spec.name, spec, image, plan)),
    environment: lastOfEachKey(spec.environment),
    aliases,
    ...commandOf(spec),
    stdin: false,
  });
  const container = await naming(spec, creating);
  return {
    spec,
    image,
    container,
    independent: plan.mounts.length === 0,
    state: 'created',
    tail: Buffer.alloc(0),
    masker: job.mask.masker(),
    heard: Promise.resolve(),
  };
}

/** `commands` of a service are a script like a stage's, without anything to wait for. */
function commandOf(spec: ServiceSpec): { entrypoint?: readonly string[]; command?: readonly string[] } {
  if (spec.commands.length > 0) {
    return { entrypoint: ['/bin/sh', '-ec', spec.commands.join('\n')], command: [] };
  }
  return {
    ...(spec.entrypoint && { entrypoint: spec.entrypoint }),
    ...(spec.command && { command: spec.command }),
  };
}

/** A stage has several containers: what the engine refuses one of them says which. */
async function naming<T>({ name }: ServiceSpec, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (!(error instanceof EngineRefused)) throw error;
    throw new StageFailed('service', `service ${name}: ${error.message}`, { cause: error });
  }
}

async function startService(service: Service): Promise<void> {
  service.state = 'started';
  await naming(service.spec, service.container.start());
  // Unread output stops a container: it is read to its end, whatever becomes of the stage.
  service.heard = watch(service);
}

async function watch(service: Service): Promise<void> {
  try {
    for await (const { bytes, stream } of service.container.output()) {
      addToTail(service, service.masker.push(bytes));
      await service.log.write(bytes, stream);
    }
    addToTail(service, service.masker.end());
    // How it ended is nobody's question, and the engine takes its time to answer.
    if (service.state === 'stopped') return;
    const { exitCode } = await service.container.exited();
    service.ended = `exited ${exitCode}`;
  } catch (error) {
    service.ended = error instanceof Error ? error.message : String(error);
  }
  if (service.state === 'started') service.state = 'ended';
}

function addToTail(service: Service, bytes: Buffer): void {
  const end = Buffer.concat([service.tail, bytes.subarray(-TAIL_BYTES)]).subarray(-TAIL_BYTES);
  service.tail = Buffer.from(end);
}

async function becomeHealthy(service: Service, signal: AbortSignal): Promise<void> {
  if (!service.image.hasHealthcheck) return;
  const health = await service.container.healthy(signal);
  if (health === 'healthy') return;
  const what = health === 'unhealthy' ? 'did not become healthy' : 'ended before it was healthy';
  throw new StageFailed('service', `service ${service.spec.name} ${what}`);
}

function deathOf({ spec, ended = 'ended', tail }: Service): { note: string; tail: string } {
  return { note: `service ${spec.name} ${ended} before the stage ended`, tail: tail.toString() };
}
