import { gitCheckout } from '../../../src/adapters/git/checkout.js';
import { createKept } from '../../../src/worker/create-kept.js';
import type { Engine } from '../../../src/worker/ports.js';
import type { Logger, WorkerDeps } from '../../../src/worker/worker-deps.js';
import { temporary } from '../../adapters/git/origin.js';
import { MemoryDepot } from '../../worker/memory-depot.js';
import { keptDeps, type Story } from '../../worker/world.js';
import { MEBIBYTE, type TestEngine } from './engine.js';

const clock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    }),
};

export interface RealWorkerOptions {
  readonly story: Story;
  readonly mirrors: string;
  /** In place of the bench's. */
  readonly engine?: Engine;
  readonly warn?: Logger['warn'];
}

/** What carries out a job on the real engine, without a server. */
export function realWorker(
  bench: TestEngine,
  { story, mirrors, engine = bench.engine, warn = () => undefined }: RealWorkerOptions,
): WorkerDeps {
  const never = new AbortController().signal;
  const machine = {
    engine,
    clock,
    install: bench.install,
    workerId: 'w1',
    workspaces: temporary('workspaces'),
    limits: { memory: 256 * MEBIBYTE, cpus: 2, pids: 256 },
    logger: { info: () => undefined, warn, error: warn },
  };
  return {
    ...machine,
    kept: createKept(keptDeps(machine)),
    checkout: gitCheckout({ mirrors, allowFile: true }),
    depot: new MemoryDepot(),
    observer: story,
    drain: { soft: never, hard: never },
  };
}
