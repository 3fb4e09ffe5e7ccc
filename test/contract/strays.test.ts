import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type DockerEngine, dockerEngine } from '../../src/adapters/docker/engine.js';
import { systemClock } from '../../src/composition/clock.js';
import { createSandboxes } from '../../src/worker/create-sandboxes.js';
import { createStrays } from '../../src/worker/create-strays.js';
import { LABELS } from '../../src/worker/ports.js';
import type { Sandbox, Sandboxes } from '../../src/worker/sandbox.js';
import { type EngineProxy, startEngineProxy } from '../e2e/support/engine-proxy.js';
import { gate, until } from '../worker/world.js';
import { testEngine } from './support/engine.js';
import { busyboxImage, docker } from './support/images.js';

jest.setTimeout(60_000);

const bench = testEngine();
const { install } = bench;
const JOB = { run: 7, job: 'chain', fence: 1 };

/** A worker with an engine of its own to lose. */
interface Worker {
  readonly id: string;
  readonly proxy: EngineProxy;
  readonly engine: DockerEngine;
  readonly sandboxes: Sandboxes;
  readonly warnings: readonly string[];
  /** Its engine answers again. */
  back(): Promise<void>;
  close(): Promise<void>;
}

const workers: Worker[] = [];

async function openWorker(id: string): Promise<Worker> {
  const proxy = await startEngineProxy();
  const engine = dockerEngine({ dockerHost: proxy.url, install, firewall: undefined });
  const warnings: string[] = [];
  const warn = (_: unknown, message: string): void => void warnings.push(message);
  const isBack = gate();
  const machine = {
    ...{ engine, install, workerId: id, clock: systemClock },
    logger: { info: () => undefined, warn, error: warn },
  };
  const strays = createStrays({ ...machine, engineBack: () => isBack.passed });
  const sandboxes = createSandboxes({ ...machine, strays, size: 1 });
  const back = async (): Promise<void> => {
    await proxy.restore();
    isBack.open();
  };
  const close = async (): Promise<void> => {
    await back();
    await sandboxes.close();
    await strays.close();
    await proxy.close();
  };
  const worker = { id, proxy, engine, sandboxes, warnings, back, close };
  workers.push(worker);
  return worker;
}

/** As after kill -9: the engine sees that nobody holds on to what waits. */
async function killed({ proxy }: Worker): Promise<void> {
  await proxy.cut();
  await eventually(async () => (await docker().listContainers({ filters })).length === 0);
}

const filters = { label: [`${LABELS.install}=${install}`, LABELS.worker] };

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(50);
}

const closeAll = async (): Promise<void> => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
};

const ready = async (worker: Worker): Promise<void> => {
  worker.sandboxes.refill();
  await until(() => worker.sandboxes.ready() === 1);
};

async function taken(worker: Worker): Promise<Sandbox> {
  await ready(worker);
  const sandbox = worker.sandboxes.take();
  if (sandbox === undefined) throw new Error('none is ready');
  await sandbox.waiting.assign(JOB);
  return sandbox;
}

beforeAll(async () => {
  await busyboxImage();
  // The image of what waits is there then: making it is no request of a sandbox's.
  await ready(await openWorker('first'));
  await closeAll();
});
afterEach(async () => {
  await closeAll();
  await bench.clean();
});
afterAll(() => bench.clean());

const REQUESTS = [
  '/networks/create',
  '/containers/create',
  '/attach?',
  '/wait?condition=next-exit',
  '/start',
] as const;

describe.each(REQUESTS)('an engine that is lost at %s', (request) => {
  test.each(['before', 'taken', 'done'] as const)(
    'of a sandbox, %s, has nothing of it when it is back',
    async (when) => {
      const worker = await openWorker('w1');
      await worker.engine.ping();
      const cut = worker.proxy.cutAt(request, when);
      worker.sandboxes.refill();
      await cut;
      await until(() => worker.warnings.includes('no sandbox made'));
      // What the engine has taken it does, whoever listens.
      await sleep(300);
      await worker.back();
      await eventually(async () => (await bench.leftovers()).length === 0);
      await ready(worker);
    },
  );
});

test('a sandbox whose engine is lost while it is ready, or while it is removed, is gone when it is back', async () => {
  const worker = await openWorker('w1');
  await ready(worker);
  const cut = worker.proxy.cutAt('DELETE /', 'before');
  const [waiting = { Id: '' }] = await docker().listContainers({ filters });
  await docker().getContainer(waiting.Id).kill();
  await cut;
  await until(() => worker.warnings.includes('sandbox not removed'));
  expect(await bench.leftovers()).toHaveLength(2);
  await worker.back();
  await eventually(async () => (await bench.leftovers()).length === 0);
});

describe('what a worker left that was killed', () => {
  test('goes with the job that had taken it, when another takes that over', async () => {
    const [dead, living] = [await openWorker('w1'), await openWorker('w2')];
    const { network } = await taken(dead);
    const service = await living.engine.container(bench.script('sleep 60', { network: network.name }));
    await service.start();
    await killed(dead);
    await ready(living);
    expect(await bench.leftovers()).toHaveLength(5);
    const labels = { [LABELS.install]: install, [LABELS.run]: '7', [LABELS.job]: 'chain' };
    await living.engine.reap(labels, { images: false });
    expect(await bench.leftovers()).toEqual([
      expect.stringMatching(/^container .*cyclone-sandbox/),
      expect.stringMatching(/^network cyclone-sandbox/),
    ]);
    expect(living.sandboxes.ready()).toBe(1);
  });

  test('goes with a look for orphans, and nothing of a living one', async () => {
    const [dead, living] = [await openWorker('w1'), await openWorker('w2')];
    await ready(dead);
    await killed(dead);
    await ready(living);
    expect(await living.engine.removeOrphans(new Set(['w1', 'w2']))).toBe(true);
    expect(await bench.leftovers()).toHaveLength(4);
    expect(await living.engine.removeOrphans(new Set(['w2']))).toBe(false);
    expect(await bench.leftovers()).toHaveLength(2);
    // Also one that nobody knows of: it has something that runs.
    expect(await living.engine.removeOrphans(new Set())).toBe(false);
    expect(await bench.leftovers()).toHaveLength(2);
    expect(living.sandboxes.ready()).toBe(1);
  });

  test('stays while something of a job runs there', async () => {
    const [dead, living] = [await openWorker('w1'), await openWorker('w2')];
    const { network } = await taken(dead);
    const service = await living.engine.container(bench.script('sleep 60', { network: network.name }));
    await service.start();
    await killed(dead);
    await living.engine.removeOrphans(new Set(['w2']));
    expect(await bench.leftovers()).toHaveLength(3);
    await service.remove();
    await living.engine.removeOrphans(new Set(['w2']));
    expect(await bench.leftovers()).toEqual([]);
  });
});
