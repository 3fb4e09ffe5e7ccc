import { afterEach, describe, expect, test } from '@jest/globals';
import { createSandboxes } from '../../src/worker/create-sandboxes.js';
import { canJoin } from '../../src/worker/sandbox.js';
import { container, createWorld, gate, leaseOf, planned, script, until, type World } from './world.js';

const STAGES = ['a', 'b', 'c', 'd', 'e'].map((id) => planned(id, script('true')));

let world: World;
let sandboxes: ReturnType<typeof createSandboxes>;

/** The network that each stage's container was made on, by the stage's id. */
async function networks(stages = STAGES, size = 1, engine: object = {}): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  const programs = Object.fromEntries(
    stages.map(({ id }) => [
      id,
      ({ spec }: { readonly spec: { readonly network?: string } }) => {
        seen.set(id, spec.network ?? 'none');
        return 0;
      },
    ]),
  );
  world = createWorld({ programs });
  Object.assign(world.engine, engine);
  sandboxes = createSandboxes({ ...world.deps, strays: world.strays, size });
  sandboxes.refill();
  await until(() => sandboxes.ready() === size || Object.keys(engine).length > 0);
  expect(await world.execute(leaseOf(stages), { sandboxes })).toBe('ended');
  expect([...world.story.outcomes.values()].every(({ kind }) => kind === 'passed')).toBe(true);
  return seen;
}

afterEach(async () => {
  await sandboxes.close();
  expect([world.engine.containers.size, world.engine.waits.size, world.engine.networks.size]).toEqual([
    0, 0, 0,
  ]);
});

describe('a job', () => {
  test('has all of its stages in the sandbox that stood ready, whose walls are seen to again', async () => {
    const on = new Set((await networks()).values());
    expect([...on]).toEqual([expect.stringMatching(/^container:/)]);
    expect(world.engine.journal).toContain('renew network');
    // Before anything joins: a job that takes over finds what waits by that.
    const { journal } = world.engine;
    const steps = journal.filter((event) => ['assign wait', 'create a'].includes(event));
    expect(steps).toEqual(['assign wait', 'create a']);
    expect(sandboxes.ready()).toBe(0);
  });

  test('has its containers made while the walls are seen to, and none started before they stand', async () => {
    world = createWorld();
    const { engine } = world;
    sandboxes = createSandboxes({ ...world.deps, strays: world.strays, size: 1 });
    sandboxes.refill();
    await until(() => sandboxes.ready() === 1);
    const taken = sandboxes.take();
    if (taken === undefined) throw new Error('none is ready');
    const stand = gate();
    const network = { ...taken.network, renewed: () => stand.passed.then(() => taken.network.renewed()) };
    const own = { ...taken, network };
    const ended = world.execute(leaseOf(STAGES), { sandboxes: { take: () => own } });
    await until(() => engine.journal.includes('create a'));
    for (let turns = 0; turns < 100; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(engine.journal).not.toContain('start a');
    stand.open();
    expect(await ended).toBe('ended');
    const { journal } = engine;
    expect(journal.indexOf('start a')).toBeGreaterThan(journal.indexOf('renew network'));
  });

  test('gets one behind its first stage where none is ready and it has stages enough', async () => {
    const [first, , third] = [...(await networks(STAGES, 0)).values()];
    expect([first, third]).toEqual([
      expect.stringMatching(/^cyclone-/),
      expect.stringMatching(/^container:/),
    ]);
  });

  test('of few stages makes none', async () => {
    await networks(STAGES.slice(0, 3), 0);
    expect(world.engine.journal).not.toContain('wait');
  });

  test('does without on an engine that has none', async () => {
    const on = await networks(STAGES, 1, { waiting: () => Promise.resolve(undefined) });
    expect([...on.values()].every((name) => name.startsWith('cyclone-'))).toBe(true);
    expect(world.warnings).toEqual([]);
  });

  test('does without when what waits is gone', async () => {
    world = createWorld();
    sandboxes = createSandboxes({ ...world.deps, strays: world.strays, size: 1 });
    sandboxes.refill();
    await until(() => sandboxes.ready() === 1);
    const taken = sandboxes.take();
    for (const waiting of world.engine.waits.values()) waiting.removeFromOutside();
    expect(await world.execute(leaseOf(STAGES), { sandboxes: { take: () => taken } })).toBe('ended');
    expect(world.warnings).toEqual(['stages of a job share no namespace']);
    expect(world.story.outcomes.get('e')).toEqual({ kind: 'passed' });
  });

  test('leaves a stage alone that runs its image’s own command', async () => {
    const own = planned('own', { kind: 'container', container: container(), services: [], outputs: [] });
    const on = await networks([own, ...STAGES]);
    expect(on.get('own')).toMatch(/^cyclone-/);
    expect(on.get('a')).toMatch(/^container:/);
  });
});

describe('sandboxes that stand ready', () => {
  test('are each for one job, made anew when they die or are old, and gone with the worker', async () => {
    world = createWorld();
    sandboxes = createSandboxes({ ...world.deps, strays: world.strays, size: 2 });
    sandboxes.refill();
    await until(() => sandboxes.ready() === 2);
    const ids = (): readonly string[] => [...world.engine.waits.keys()];
    const [dying, old] = ids();
    world.engine.waits.get(dying ?? '')?.removeFromOutside();
    await until(() => sandboxes.ready() === 2 && !ids().includes(dying ?? ''));
    world.clock.advance(10 * 60_000);
    await until(() => sandboxes.ready() === 2 && !ids().includes(old ?? ''));
    const taken = [sandboxes.take(), sandboxes.take()];
    expect(new Set(taken.map((sandbox) => sandbox?.network.name)).size).toBe(2);
    expect(sandboxes.take()).toBeUndefined();
    for (const sandbox of taken) {
      await sandbox?.waiting.remove();
      await sandbox?.network.remove();
    }
    sandboxes.refill();
    await until(() => world.engine.waits.size > 0);
  });
});

const PLAIN = { aliases: [], links: [], extraHosts: [], dns: [], publish: [], privileged: false };

test.each([
  ['nothing of its own', {}, true],
  ['names', { aliases: ['web'] }, false],
  ['links', { links: ['db:store'] }, false],
  ['hosts', { extraHosts: ['files.example:10.0.0.9'] }, false],
  ['name servers', { dns: ['192.0.2.1'] }, false],
  ['ports', { publish: ['8080:80'] }, false],
  ['rights over its interfaces', { privileged: true }, false],
])('a container with %s joins: %#', (_, over, joins) => {
  expect(canJoin({ ...PLAIN, ...over })).toBe(joins);
});
