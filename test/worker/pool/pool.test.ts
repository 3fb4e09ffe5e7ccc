import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createStrays } from '../../../src/worker/create-strays.js';
import { createPool, type PoolDeps } from '../../../src/worker/pool/create-pool.js';
import { createDemand } from '../../../src/worker/pool/demand.js';
import { containerOf, type Recipe, recipeOf } from '../../../src/worker/pool/recipe.js';
import { FakeEngine } from '../../fakes/engine/fake-engine.js';
import { FakeClock, until } from '../world.js';

const MINUTE_MS = 60_000;

function recipe(environment: readonly string[] = []): Recipe {
  const limits = { memory: 0, cpus: 0, pids: 0 };
  const nothing = { aliases: [], links: [], extraHosts: [], dns: [], devices: [], publish: [] };
  const { recipe: made } = recipeOf(
    {
      ...{ name: 'cyclone-7-lint', image: 'sha256:alpine', imageName: 'alpine', network: 'n', user: '0' },
      ...{ ...nothing, privileged: false, oomKillDisable: false, stdin: true, limits, environment },
      mounts: [
        { source: '/data/workspaces/7-chain/code', target: '/root/code', readOnly: false },
        { source: '/data/mirrors/7/objects', target: '/data/mirrors/7/objects', readOnly: true },
      ],
    },
    '/data/workspaces/7-chain',
  );
  // The directory of the mirror is not there in a test.
  return {
    ...made,
    mounts: made.mounts.filter(({ own }) => own),
    container: { ...made.container, image: 'alpine' },
  };
}

function openPool(over: Partial<PoolDeps> = {}) {
  const engine = new FakeEngine({ images: { alpine: { local: true } } });
  const clock = new FakeClock();
  const warnings: string[] = [];
  const warn = (_: unknown, message: string): void => void warnings.push(message);
  const directory = path.join(mkdtempSync(path.join(tmpdir(), 'cyclone-pool-')), 'pool');
  const logger = { info: () => undefined, warn, error: warn };
  const strays = createStrays({ engine, engineBack: async () => undefined, clock, logger });
  const pool = createPool({
    ...{ engine, strays, clock, logger, directory, install: 'test', workerId: 'w1', size: 2, mostOfOne: 2 },
    hasRoom: async () => true,
    ...over,
  });
  const often = (ask: string, of = recipe()): void => {
    for (let times = 0; times < 2; times += 1) pool.used(ask, 0, of, false);
    pool.refill();
  };
  return { engine, clock, warnings, directory, pool, often, strays };
}

test('a recipe holds nothing of its run, and makes the same container elsewhere', () => {
  const at = { name: 'new', root: '/data/pool/x', network: 'other', labels: {} };
  const made = containerOf(recipe(['A=1', 'CYCLONE_RUN=7', 'CYCLONE=true']), at);
  expect(made).toMatchObject({ name: 'new', network: 'other', environment: ['A=1'], stdin: true });
  expect(made.mounts).toEqual([{ source: '/data/pool/x/code', target: '/root/code', readOnly: false }]);
  expect(JSON.stringify(made)).not.toMatch(/7-chain|cyclone-7/);
});

describe('demand', () => {
  test('begins at the second time, goes with the time, and with what fails', () => {
    let now = 0;
    const demand = createDemand(() => now);
    demand.used('a', 0, recipe());
    // A later stage of the same job is not another job.
    demand.used('a', 1, recipe(['B=1']));
    expect(demand.shares(3, 3)).toEqual([]);
    demand.used('a', 0, recipe());
    expect(demand.shares(3, 2)).toMatchObject([{ ask: 'a', count: 2 }]);
    now += 30 * MINUTE_MS;
    expect(demand.shares(3, 2)).toEqual([]);
    demand.used('a', 0, recipe());
    expect(demand.shares(3, 2)).toHaveLength(1);
    demand.failed('a');
    expect(demand.shares(3, 2)).toEqual([]);
  });

  test('is shared out by how often is asked', () => {
    const demand = createDemand(() => 0);
    for (let times = 0; times < 9; times += 1) demand.used('a', 0, recipe());
    for (let times = 0; times < 4; times += 1) demand.used('b', 0, recipe());
    for (let times = 0; times < 2; times += 1) demand.used('c', 0, recipe());
    const counts = (size: number, most: number): object =>
      Object.fromEntries(demand.shares(size, most).map(({ ask, count }) => [ask, count]));
    expect(counts(4, 4)).toEqual({ a: 3, b: 1 });
    expect(counts(4, 1)).toEqual({ a: 1, b: 1, c: 1 });
    expect(counts(0, 4)).toEqual({});
  });
});

describe('a pool', () => {
  test('gives each container once, and only to who asks for the same', async () => {
    const { pool, often, engine } = openPool();
    often('a');
    await until(() => pool.state().armed === 2);
    expect(pool.take('b')).toBeUndefined();
    const [one, two] = [pool.take('a'), pool.take('a')];
    expect(new Set([one?.containers[0]?.id, two?.containers[0]?.id]).size).toBe(2);
    expect(one?.network.name).not.toBe(two?.network.name);
    expect(pool.take('a')).toBeUndefined();
    await pool.close();
    // They are the takers'.
    expect(engine.containers.size).toBe(2);
  });

  test('leaves nothing when it is closed, also of what is being armed', async () => {
    const { pool, often, engine, directory } = openPool();
    often('a');
    await until(() => engine.containers.size === 1);
    await pool.close();
    expect([engine.containers.size, engine.networks.size]).toEqual([0, 0]);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('arms anew what died, what has changed and what is old', async () => {
    const { pool, often, engine, clock, warnings } = openPool({ size: 1 });
    for (let times = 0; times < 4; times += 1) pool.used('a', 0, recipe(), false);
    pool.refill();
    const armed = async (not?: string): Promise<string> => {
      const id = (): string | undefined =>
        [...engine.containers.values()].find((one) => one.state === 'running')?.id;
      await until(
        () => pool.state().armed === 1 && id() !== undefined && id() !== not && engine.containers.size === 1,
      );
      return id() ?? '';
    };
    const first = await armed();
    [...engine.containers.values()][0]?.removeFromOutside();
    const second = await armed(first);
    expect(warnings).toEqual(['an armed container ended before it was needed']);
    often('a', recipe(['NEW=1']));
    const third = await armed(second);
    expect([...engine.containers.values()][0]?.spec.environment).toEqual(['NEW=1']);
    clock.advance(10 * MINUTE_MS);
    await armed(third);
    expect(engine.networks.size).toBe(1);
    await pool.close();
  });

  test('keeps nothing where there is no room', async () => {
    let room = true;
    const { pool, often, engine } = openPool({ hasRoom: async () => room });
    often('a');
    await until(() => pool.state().armed === 2);
    room = false;
    pool.refill();
    await until(() => engine.containers.size === 0 && engine.networks.size === 0);
    expect(pool.state().armed).toBe(0);
    await pool.close();
  });

  test('stops trying where nothing can be armed', async () => {
    const { pool, often, engine, warnings } = openPool();
    const missing = { ...recipe(), container: { ...recipe().container, image: 'sha256:gone' } };
    often('a', missing);
    await until(() => warnings.length > 0);
    await pool.close();
    expect(new Set(warnings)).toEqual(new Set(['no container armed']));
    expect([engine.containers.size, engine.networks.size]).toEqual([0, 0]);
  });
});
