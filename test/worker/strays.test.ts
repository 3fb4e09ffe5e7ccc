import { afterEach, describe, expect, test } from '@jest/globals';
import { createSandboxes } from '../../src/worker/create-sandboxes.js';
import { createPool } from '../../src/worker/pool/create-pool.js';
import { EngineUnavailable } from '../../src/worker/ports.js';
import type { FakeEngine } from '../fakes/engine/fake-engine.js';
import { createWorld, leaseOf, planned, script, until, type World } from './world.js';

let world: World;

afterEach(async () => {
  await world.strays.close();
  expect(inEngine()).toEqual([0, 0, 0]);
});

const inEngine = (): readonly number[] => {
  const { containers, waits, networks } = world.engine;
  return [containers.size, waits.size, networks.size];
};

/** The engine goes away at this request: before it has it, or when it has done it and nobody hears of that. */
function cutAt(engine: FakeEngine, method: 'network' | 'waiting', when: 'before' | 'after'): void {
  const real = engine[method].bind(engine) as (...args: unknown[]) => Promise<unknown>;
  const cut = async (...args: unknown[]): Promise<never> => {
    if (when === 'after') await real(...args);
    engine.away = true;
    throw new EngineUnavailable('cut');
  };
  Object.assign(engine, { [method]: cut });
}

function open(size: number) {
  world = createWorld();
  return createSandboxes({ ...world.deps, strays: world.strays, size });
}

describe.each(['network', 'waiting'] as const)(
  'an engine that goes away at the %s of a sandbox',
  (method) => {
    test.each(['before', 'after'] as const)(
      '%s it has done it, has none of it when it is back',
      async (when) => {
        const sandboxes = open(1);
        cutAt(world.engine, method, when);
        sandboxes.refill();
        await until(() => world.warnings.includes('no sandbox made'));
        const left = inEngine();
        expect(left).toEqual(
          method === 'waiting' ? [0, Number(when === 'after'), 1] : [0, 0, Number(when === 'after')],
        );
        world.engine.away = false;
        world.back();
        await until(() => world.engine.journal.includes('reap'));
        expect(inEngine()).toEqual([0, 0, 0]);
        await sandboxes.close();
      },
    );
  },
);

test('what the engine makes late, of a request whose caller it lost, goes too', async () => {
  const sandboxes = open(1);
  const { engine } = world;
  let late: (() => Promise<unknown>) | undefined;
  const real = engine.network.bind(engine);
  engine.network = async (...args) => {
    late = () => real(...args);
    throw new EngineUnavailable('cut');
  };
  sandboxes.refill();
  await until(() => engine.journal.includes('reap'));
  await late?.();
  expect(inEngine()).toEqual([0, 0, 1]);
  world.clock.advance(60_000);
  await until(() => engine.networks.size === 0);
  await sandboxes.close();
});

test('a sandbox that could not be removed goes when the engine is back', async () => {
  const sandboxes = open(1);
  sandboxes.refill();
  await until(() => sandboxes.ready() === 1);
  world.engine.away = true;
  for (const waiting of world.engine.waits.values()) waiting.removeFromOutside();
  await until(() => world.warnings.includes('no sandbox made'));
  expect(inEngine()).toEqual([0, 0, 1]);
  world.engine.away = false;
  world.back();
  await until(() => world.engine.networks.size === 0);
  await sandboxes.close();
});

test('an engine that is away at the end keeps nothing when the worker tries once more', async () => {
  const sandboxes = open(1);
  cutAt(world.engine, 'waiting', 'after');
  sandboxes.refill();
  await until(() => world.warnings.includes('no sandbox made'));
  await sandboxes.close();
  world.engine.away = false;
  const closed = world.strays.close();
  world.back();
  await closed;
  expect(inEngine()).toEqual([0, 0, 0]);
});

describe('a job whose engine goes away', () => {
  const stages = [planned('a', script('true'))];

  /** @returns what of it is in the engine then */
  const cut = async (size: number): Promise<readonly number[]> => {
    const sandboxes = open(size);
    sandboxes.refill();
    await until(() => sandboxes.ready() === size);
    const { engine } = world;
    const jobEnded = world.story.jobEnded.bind(world.story);
    world.story.jobEnded = async () => {
      engine.away = true;
      await jobEnded();
    };
    expect(await world.execute(leaseOf(stages), { sandboxes, strays: world.strays })).toBe('ended');
    const left = inEngine();
    engine.away = false;
    world.back();
    await until(() => engine.networks.size === 0 && engine.containers.size === 0);
    await sandboxes.close();
    return left;
  };

  test('leaves nothing of the sandbox that it took', async () => {
    expect(await cut(1)).toEqual([expect.any(Number), 1, 1]);
  });

  test('leaves nothing of its own network', async () => {
    expect(await cut(0)).toEqual([expect.any(Number), 0, 1]);
  });
});

test('what a pool could not arm is gone when the engine is back', async () => {
  world = createWorld();
  const { deps, strays, engine, warnings } = world;
  const directory = `${deps.workspaces}-pool`;
  const pool = createPool({ ...deps, strays, directory, size: 1, mostOfOne: 1, hasRoom: async () => true });
  cutAt(engine, 'waiting', 'after');
  const limits = { memory: 0, cpus: 0, pids: 0 };
  const nothing = { aliases: [], links: [], extraHosts: [], dns: [], devices: [], publish: [] };
  const flags = { privileged: false, oomKillDisable: false, stdin: true };
  const container = { image: 'alpine', environment: [], limits, ...nothing, ...flags };
  for (let times = 0; times < 2; times += 1) pool.used('a', 0, { container, mounts: [] }, false);
  pool.refill();
  await until(() => warnings.includes('no container armed'));
  expect(inEngine()).toEqual([0, 1, 1]);
  engine.away = false;
  world.back();
  await until(() => engine.networks.size === 0);
  await pool.close();
});
