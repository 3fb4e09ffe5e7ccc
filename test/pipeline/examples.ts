import type {
  ContainerSpec,
  Plan,
  PlannedStage,
  RunProgress,
  StageDefinition,
  StageSpec,
  Trigger,
  WorkerEvent,
} from '../../src/pipeline/model.js';
import { begin } from '../../src/pipeline/progress.js';

export const SHA = '0123456789abcdef0123456789abcdef01234567';

export const container: ContainerSpec = {
  image: 'busybox',
  pull: false,
  environment: [],
  commands: ['true'],
  volumes: [],
  ports: [],
  links: [],
  extraHosts: [],
  dns: [],
  devices: [],
  oomKillDisable: false,
  privileged: false,
};

export function definition(name: string, spec?: StageSpec): StageDefinition {
  return {
    id: name,
    name,
    spec: spec ?? { kind: 'container', container, services: [], outputs: [] },
    line: 1,
    column: 1,
  };
}

export function push(overrides: Partial<Trigger> = {}): Trigger {
  return {
    event: 'push',
    sha: SHA,
    ref: 'refs/heads/main',
    branch: 'main',
    fork: false,
    title: 'a change',
    message: 'a change',
    sender: 'alice',
    ...overrides,
  };
}

export function tag(name: string, overrides: Partial<Trigger> = {}): Trigger {
  const { branch: _, ...rest } = push(overrides);
  return { ...rest, event: 'tag', ref: `refs/tags/${name}`, tag: name };
}

/** A plan of one job with these stages in order. */
export function chainOf(...names: string[]): Plan {
  const stages: PlannedStage[] = names.map((name) => ({
    ...definition(name),
    timeoutSeconds: 60,
    refusals: [],
  }));
  return { version: 1, image: 'acme/hello:v1', stages, jobs: [{ id: 'chain', stages: names, needs: [] }] };
}

/** What a worker with fence 1 reports, numbered from 1. */
export function story(...bodies: EventBody[]): WorkerEvent[] {
  return bodies.map((body, index) => numbered(body, index + 1));
}

type EventBody = WorkerEvent extends infer E
  ? E extends WorkerEvent
    ? Omit<E, 'run' | 'job' | 'fence' | 'seq' | 'at'>
    : never
  : never;

export function numbered(body: EventBody, seq: number, fence = 1): WorkerEvent {
  return { run: 1, job: 'chain', fence, seq, at: 1000 + seq, ...body };
}

export function stageStatuses(progress: RunProgress): Record<string, string> {
  return Object.fromEntries(
    progress.stages.map(({ id, state }) => [
      id,
      state.status === 'completed' ? state.outcome.kind : state.status,
    ]),
  );
}

/** A run of the plan whose job is with its first owner. */
export function leased(plan: Plan): RunProgress {
  const now = begin(plan, 0);
  return {
    ...now,
    jobs: now.jobs.map((job) => ({ ...job, status: 'running' as const, attempt: 1, fence: 1 })),
  };
}
