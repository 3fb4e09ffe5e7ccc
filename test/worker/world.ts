import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type {
  ContainerSpec,
  ContainerStage,
  Outcome,
  PlannedStage,
  ServiceSpec,
  Span,
  StageFacts,
  StageSpec,
} from '../../src/pipeline/model.js';
import { createKept, type KeptDeps } from '../../src/worker/create-kept.js';
import { createStrays } from '../../src/worker/create-strays.js';
import { executeJob } from '../../src/worker/execute.js';
import {
  type Checkout,
  FenceLost,
  type Lease,
  type LogPiece,
  type RunObserver,
} from '../../src/worker/ports.js';
import type { Clock, WorkerDeps } from '../../src/worker/worker-deps.js';
import { FakeEngine, type FakeEngineOptions } from '../fakes/engine/fake-engine.js';
import { MemoryDepot } from './memory-depot.js';

export const SHA = 'a'.repeat(40);
export const IMAGE = 'localhost:5000/acme/api:v1';

export function container(over: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    image: 'alpine',
    pull: false,
    environment: [],
    commands: [],
    volumes: [],
    ports: [],
    links: [],
    extraHosts: [],
    dns: [],
    devices: [],
    oomKillDisable: false,
    privileged: false,
    ...over,
  };
}

export function service(name: string, over: Partial<ContainerSpec> = {}): ServiceSpec {
  return { name, ...container(over) };
}

export function script(...commands: readonly string[]): ContainerStage {
  return { kind: 'container', container: container({ commands }), services: [], outputs: [] };
}

export const BUILD: StageSpec = {
  kind: 'image_build',
  contextDir: '.',
  dockerfileName: 'Dockerfile',
  purpose: 'release',
  outputs: [],
};

export function planned(id: string, spec: StageSpec, over: Partial<PlannedStage> = {}): PlannedStage {
  return { id, name: id, spec, line: 1, column: 1, timeoutSeconds: 60, refusals: [], ...over };
}

export function leaseOf(stages: readonly PlannedStage[], over: Partial<Lease> = {}): Lease {
  const job = { id: 'chain', stages: stages.map(({ id }) => id), needs: [] };
  return {
    run: 7,
    job,
    plan: { version: 1, image: IMAGE, stages, jobs: [job] },
    repository: {
      id: 1,
      owner: 'acme',
      name: 'api',
      private: false,
      cloneUrl: 'http://localhost/acme/api.git',
      htmlUrl: 'http://localhost/acme/api',
      defaultBranch: 'main',
      installationId: 1,
    },
    trigger: {
      event: 'push',
      sha: SHA,
      ref: 'refs/heads/main',
      branch: 'main',
      fork: false,
      title: 'a change',
      message: 'a change',
      sender: 'ada',
    },
    trusted: false,
    fence: 1,
    registries: {},
    secrets: [],
    done: [],
    url: 'http://localhost:3000/runs/7',
    ...over,
  };
}

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #now = 0;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  now(): number {
    return this.#now;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = { at: this.#now + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      const leave = (): void => {
        this.#sleepers.delete(sleeper);
        resolve();
      };
      signal?.addEventListener('abort', leave, { once: true });
    });
  }

  advance(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) {
      if (sleeper.at > this.#now) continue;
      this.#sleepers.delete(sleeper);
      sleeper.wake();
    }
  }
}

/** Writes down the story; a test may make it lose its fence. */
export class Story implements RunObserver {
  readonly events: string[] = [];
  readonly outcomes = new Map<string, Outcome>();
  readonly facts = new Map<string, StageFacts>();
  /** Of the job. */
  readonly spans: Span[] = [];
  readonly logs = new Map<string, string>();
  readonly pieces: (LogPiece & { readonly stage: string })[] = [];
  returned: string | undefined;
  /** The event at which a newer owner turns out to have the job. */
  loseAt: string | undefined;

  jobStarted(spans: readonly Span[] = []): Promise<void> {
    this.spans.push(...spans);
    return this.#tell('job started');
  }
  stageStarted(stage: string): Promise<void> {
    return this.#tell(`started ${stage}`);
  }
  async log(stage: string, piece: LogPiece): Promise<void> {
    if (this.loseAt === `log ${stage}`) throw new FenceLost('newer owner');
    const { bytes, service } = piece;
    this.pieces.push({ ...piece, bytes: Buffer.from(bytes), stage });
    const log = service === undefined ? stage : `${stage}/${service}`;
    this.logs.set(log, (this.logs.get(log) ?? '') + bytes.toString());
    await Promise.resolve();
  }
  async stageEnded(
    stage: string,
    outcome: Outcome,
    facts: StageFacts,
    spans: readonly Span[] = [],
  ): Promise<void> {
    this.spans.push(...spans);
    await this.#tell(`ended ${stage}`);
    this.outcomes.set(stage, outcome);
    this.facts.set(stage, facts);
  }
  async jobReturned(reason: string): Promise<void> {
    await this.#tell('job returned');
    this.returned = reason;
  }
  jobEnded(): Promise<void> {
    return this.#tell('job ended');
  }

  async #tell(event: string): Promise<void> {
    if (this.loseAt === event) throw new FenceLost('newer owner');
    this.events.push(event);
    await Promise.resolve();
  }
}

/** Writes these files, once it may; speaks before and after that. */
export function checkoutOf(
  files: Readonly<Record<string, string>>,
  gate: Promise<void> = Promise.resolve(),
  say: { readonly before?: string; readonly after?: string } = {},
): Checkout & { readonly count: () => number } {
  let count = 0;
  return {
    count: () => count,
    borrows: () => Promise.resolve([]),
    async checkout({ directory }, _signal, log) {
      count += 1;
      if (say.before !== undefined) log?.(say.before);
      await gate;
      if (say.after !== undefined) log?.(say.after);
      for (const [name, text] of Object.entries(files)) writeFileSync(path.join(directory, name), text);
      return { borrowed: [] };
    },
    tree: async () => Object.entries(files).map(([name, text]) => ({ path: name, id: text })),
  };
}

/** A checkout that does nothing but what is given. */
export function bareCheckout(checkout: Checkout['checkout']): Checkout {
  return { borrows: async () => [], checkout, tree: async () => [] };
}

/** A worker that keeps nothing, unless it says otherwise. */
export function keptDeps(machine: Omit<KeptDeps, 'keepMs' | 'free'>, over: Partial<KeptDeps> = {}): KeptDeps {
  return { ...machine, keepMs: 0, free: async () => 1, ...over };
}

/** One worker and all that is around it. */
export function createWorld(engineOptions: FakeEngineOptions = {}, over: Partial<WorkerDeps> = {}) {
  const engine = new FakeEngine(engineOptions);
  const depot = new MemoryDepot();
  const story = new Story();
  const clock = new FakeClock();
  const cancel = new AbortController();
  const soft = new AbortController();
  const hard = new AbortController();
  const warnings: string[] = [];
  const checkout = checkoutOf({ Dockerfile: 'FROM scratch\n' });
  const warn = (_: unknown, message: string): void => void warnings.push(message);
  const machine = {
    engine,
    clock,
    install: 'test',
    workerId: 'w1',
    workspaces: mkdtempSync(path.join(tmpdir(), 'cyclone-workspaces-')),
    limits: { memory: 512 * 1024 ** 2, cpus: 2, pids: 1024 },
    logger: { info: () => undefined, warn, error: warn },
  };
  /** Of an engine that is back when the test says so. */
  const back = gate();
  const strays = createStrays({ ...machine, engineBack: () => back.passed });
  const deps: WorkerDeps = {
    ...machine,
    kept: createKept(keptDeps(machine)),
    checkout,
    depot,
    observer: story,
    drain: { soft: soft.signal, hard: hard.signal },
    ...over,
  };
  return {
    engine,
    depot,
    story,
    clock,
    checkout,
    cancel,
    soft,
    hard,
    warnings,
    deps,
    strays,
    back: back.open,
    execute: (lease: Lease, change: Partial<WorkerDeps> = {}) =>
      executeJob(lease, { ...deps, ...change }, cancel.signal),
  };
}

export type World = ReturnType<typeof createWorld>;

/** Resolves when it is true; between looks everything else may run. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}

export function gate(): { readonly open: () => void; readonly passed: Promise<void> } {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

/** The engine takes its time to remove what a job that is over left in it. */
export function stuckTidying(engine: FakeEngine): ReturnType<typeof gate> {
  const tidied = gate();
  const reap = engine.reap.bind(engine);
  engine.reap = async (labels, options) => {
    if (options.images) await tidied.passed;
    await reap(labels, options);
  };
  return tidied;
}
