import { describe, expect, test } from '@jest/globals';
import type { StageOptions } from '../../src/pipeline/model.js';
import { EngineRefused, type ImageBuild } from '../../src/worker/ports.js';
import type { Program, Running } from '../fakes/engine/fake-container.js';
import {
  BUILD,
  container,
  createWorld,
  IMAGE,
  leaseOf,
  planned,
  script,
  until,
  type World,
} from './world.js';

const forever = async (running: Running): Promise<number> => {
  await running.killed;
  return 137;
};

/** Does one after the other, the last again and again. */
function inTurn(...programs: readonly Program[]): Program {
  let next = 0;
  return (running) => {
    const program = programs[Math.min(next, programs.length - 1)];
    next += 1;
    return program?.(running) ?? 0;
  };
}

const one = (options: StageOptions, id = 'a') => planned(id, script('true'), { options, timeoutSeconds: 60 });

const goes = (world: World, id: string): number =>
  world.engine.journal.filter((event) => event === `go ${id}`).length;

describe('retry', () => {
  const retry = { max: 2 };

  test('runs the stage again in a container of its own and in the same workspace, and counts aloud', async () => {
    const world = createWorld({
      programs: {
        a: inTurn(
          () => 7,
          () => 8,
          () => 0,
        ),
      },
    });
    expect(await world.execute(leaseOf([one({ retry }), planned('b', script('true'))]))).toBe('ended');
    expect(goes(world, 'a')).toBe(3);
    expect(world.checkout.count()).toBe(1);
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
    expect(world.story.facts.get('a')?.notes).toEqual(['try 1 of 3 exited 7', 'try 2 of 3 exited 8']);
    expect(world.story.logs.get('a')).toContain('Try 2 of 3 exited 8; trying again.');
    expect(world.story.events).toContain('ended b');
    expect(world.engine.containers.size).toBe(0);
  });

  test('ends with what the last try came to', async () => {
    const world = createWorld({
      programs: {
        a: inTurn(
          () => 7,
          () => 8,
          () => 9,
        ),
      },
    });
    await world.execute(leaseOf([one({ retry })]));
    expect(world.story.outcomes.get('a')).toMatchObject({ kind: 'failed', failure: { exitCode: 9 } });
  });

  test.each([
    ['another cause', { max: 2, on: ['infra', 'timeout'] as const }],
    ['another exit code', { max: 2, exitCodes: [1, 2] }],
    ['none at all', { max: 0 }],
  ])('is for what it names: not for %s', async (_, given) => {
    const world = createWorld({ programs: { a: () => 7 } });
    await world.execute(leaseOf([one({ retry: given })]));
    expect(goes(world, 'a')).toBe(1);
  });

  test('after the container was removed from outside, where it names infra', async () => {
    const world = createWorld({
      programs: {
        a: inTurn(
          (running) => running.vanish({ removed: true }),
          () => 0,
        ),
      },
    });
    await world.execute(leaseOf([one({ retry: { max: 1, on: ['infra'] } })]));
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
  });

  test('asks the registry for the image again', async () => {
    let broken = true;
    const world = createWorld({
      registry: async () => {
        await Promise.resolve();
        if (!broken) return;
        broken = false;
        throw new Error('connection reset');
      },
    });
    await world.execute(leaseOf([one({ retry })]));
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
    expect(world.engine.journal.filter((event) => event === 'pull alpine')).toHaveLength(2);
  });

  test('after a timeout, when nothing of the try before is left', async () => {
    const alive: number[] = [];
    const world = createWorld({
      programs: {
        a: inTurn(forever, () => {
          alive.push(world.engine.containers.size);
          return 0;
        }),
      },
    });
    const done = world.execute(leaseOf([one({ retry })]));
    await until(() => goes(world, 'a') === 1);
    world.clock.advance(60_000);
    expect(await done).toBe('ended');
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
    expect(alive).toEqual([1]);
  });

  test('does not push twice what an earlier try has pushed', async () => {
    const world = createWorld();
    const push = world.engine.push.bind(world.engine);
    let pushes = 0;
    world.engine.push = async (image, reference) => {
      pushes += 1;
      const pushed = await push(image, reference);
      if (pushes === 1) throw new Error('the answer was lost');
      return pushed;
    };
    const publish = planned('publish', { kind: 'publish' }, { options: { retry } });
    await world.execute(leaseOf([planned('build', BUILD), publish]));
    expect(pushes).toBe(1);
    expect(world.story.outcomes.get('publish')).toEqual({ kind: 'passed' });
  });
});

describe('allow_failure', () => {
  test('lets the job go on; what the failure comes to is for the server to say', async () => {
    const world = createWorld({ programs: { a: () => 1 } });
    await world.execute(leaseOf([one({ allowFailure: true }), planned('b', script('true'))]));
    expect(world.story.outcomes.get('a')?.kind).toBe('failed');
    expect(world.story.outcomes.get('b')).toEqual({ kind: 'passed' });
  });

  test('also behind a timeout, with the containers of the stage gone and the next one there', async () => {
    const world = createWorld({ programs: { a: forever } });
    const done = world.execute(leaseOf([one({ allowFailure: true }), planned('b', script('true'))]));
    await until(() => goes(world, 'a') === 1 && world.engine.journal.includes('create b'));
    world.clock.advance(60_000);
    expect(await done).toBe('ended');
    expect(world.story.outcomes.get('a')).toMatchObject({ kind: 'timed_out', afterSeconds: 60 });
    expect(world.story.outcomes.get('b')).toEqual({ kind: 'passed' });
    expect(world.engine.containers.size).toBe(0);
  });
});

describe('a stage that waits for other jobs', () => {
  const chain = [
    planned('build', BUILD),
    planned('publish', { kind: 'publish' }),
    planned('post_build', script('true')),
  ];

  test('is where the job is given back, with workspace and image as they are', async () => {
    const world = createWorld();
    expect(await world.execute(leaseOf(chain, { until: 'publish' }))).toBe('returned');
    expect(world.story.returned).toBe('publish waits for stages of other jobs');
    expect(world.story.events).not.toContain('started publish');
    expect(world.engine.networks.size).toBe(0);
    world.story.events.length = 0;
    const facts = world.story.facts.get('build') ?? {};
    const done = [{ stage: 'build', outcome: { kind: 'passed' }, facts }] as const;
    expect(await world.execute(leaseOf(chain, { fence: 2, done }))).toBe('ended');
    expect(world.story.events).not.toContain('started build');
    expect(world.checkout.count()).toBe(1);
    expect(world.engine.registry.has(IMAGE)).toBe(true);
  });

  test('is not reached when one before it fails: the job is over', async () => {
    const world = createWorld({ build: () => Promise.reject(new Error('no')) });
    expect(await world.execute(leaseOf(chain, { until: 'publish' }))).toBe('ended');
  });
});

describe('resources', () => {
  const limits = async (trusted: boolean): Promise<unknown> => {
    let found: unknown;
    const world = createWorld({
      programs: {
        a: ({ spec }) => {
          found = spec.limits;
          return 0;
        },
      },
    });
    const resources = { cpu: 64, memory: 1024, pids: 10 };
    await world.execute(leaseOf([one({ resources })], { trusted }));
    return found;
  };

  test('ask for less than the server gives, and for more only where it trusts', async () => {
    expect(await limits(false)).toEqual({ cpus: 2, memory: 1024, pids: 10 });
    expect(await limits(true)).toEqual({ cpus: 64, memory: 1024, pids: 10 });
  });
});

test('a build gets its arguments, and labels that are not ours', async () => {
  let asked: ImageBuild | undefined;
  const world = createWorld({
    build: async (build) => {
      asked = build;
      await Promise.resolve();
    },
  });
  const spec = {
    ...BUILD,
    args: ['A=1', 'B=x=y'],
    target: 'final',
    platform: 'linux/arm64',
    labels: ['team=web', 'cyclone.install=stolen'],
  };
  await world.execute(leaseOf([planned('build', spec)]));
  expect(asked).toMatchObject({ args: ['A=1', 'B=x=y'], target: 'final', platform: 'linux/arm64' });
  expect(asked?.imageLabels).toEqual({ team: 'web' });
});

describe('cache_from', () => {
  const images = { 'registry.example/acme/api:cache': { local: false }, alpine: { local: true } };

  /** What the engine is asked to take layers from, and what the check says. */
  async function takenFrom(
    cacheFrom: readonly string[],
    registry?: () => Promise<void>,
  ): Promise<{ readonly asked: readonly string[] | undefined; readonly notes: string }> {
    let asked: readonly string[] | undefined;
    const world = createWorld({
      images,
      ...(registry && { registry }),
      build: async (build) => {
        asked = build.cacheFrom;
        await Promise.resolve();
      },
    });
    const spec = { ...BUILD, cacheFrom };
    await world.execute(leaseOf([planned('build', spec)]));
    expect(world.story.outcomes.get('build')).toEqual({ kind: 'passed' });
    return { asked, notes: world.story.facts.get('build')?.notes?.join('\n') ?? '' };
  }

  test('images are pulled first', async () => {
    const { asked, notes } = await takenFrom(['registry.example/acme/api:cache']);
    expect(asked).toEqual(['registry.example/acme/api:cache']);
    expect(notes).not.toContain('cache_from');
  });

  test('an image that is not there is left out, and the check says so', async () => {
    const { asked, notes } = await takenFrom(['registry.example/none:1']);
    expect(asked).toBeUndefined();
    expect(notes).toContain('cache_from: registry.example/none:1 is not used: ');
  });

  test('an image that is local is used though its registry is away', async () => {
    const away = (): Promise<void> => Promise.reject(new EngineRefused('image', 'no answer'));
    const { asked, notes } = await takenFrom(['alpine'], away);
    expect(asked).toEqual(['alpine']);
    expect(notes).toContain('cache_from: alpine is used as it was pulled before: no answer');
  });
});

test('a build is limited as its stage says, but for processes, and says so', async () => {
  let asked: ImageBuild | undefined;
  const world = createWorld({
    build: async (build) => {
      asked = build;
      await Promise.resolve();
    },
  });
  const resources = { cpu: 0.5, memory: 64 * 1024 ** 2, pids: 10 };
  await world.execute(leaseOf([planned('build', BUILD, { options: { resources } })]));
  expect(asked?.limits).toMatchObject({ cpus: 0.5, memory: 64 * 1024 ** 2 });
  expect(world.story.facts.get('build')?.notes?.join('\n')).toContain('pids is not carried out');
});

test('services stand beside any stage', async () => {
  const world = createWorld();
  const db = { ...container({ image: 'alpine' }), name: 'db' };
  const spec = { ...script('true'), services: [db] };
  await world.execute(leaseOf([planned('lint', spec)]));
  expect(world.engine.journal).toContain('start db');
  expect(world.story.facts.get('lint')?.services).toEqual(['db']);
});

describe('an image that other jobs use', () => {
  const build = planned('build', BUILD);
  const cell = planned('smoke', {
    kind: 'container',
    container: container({ image: 'BUILT_IMAGE', commands: ['true'] }),
    services: [],
    outputs: [],
  });
  const both = leaseOf([build, cell]);
  const chain = { id: 'chain', stages: ['build'], needs: [] };
  const smoke = { id: 'smoke', stages: ['smoke'], needs: ['chain'], imageOf: 'build' };
  const plan = { ...both.plan, jobs: [chain, smoke] };

  test('stays when its job is over, and is the one that they run', async () => {
    const world = createWorld();
    await world.execute({ ...both, plan, job: chain });
    const image = world.story.facts.get('build')?.imageDigest ?? '';
    expect([...world.engine.images.values()].map(({ id }) => id)).toContain(image);
    await world.execute({ ...both, plan, job: smoke, built: { by: 'build', image } });
    expect(world.story.outcomes.get('smoke')).toEqual({ kind: 'passed' });
    expect(world.story.facts.get('smoke')?.image).toBe(IMAGE);
    expect([...world.engine.images.values()].map(({ id }) => id)).toContain(image);
  });

  test('goes with its job when nobody else uses it', async () => {
    const world = createWorld();
    await world.execute({ ...both, plan: { ...plan, jobs: [chain] }, job: chain });
    const image = world.story.facts.get('build')?.imageDigest ?? '';
    expect([...world.engine.images.values()].map(({ id }) => id)).not.toContain(image);
  });

  test('is named when it is gone', async () => {
    const world = createWorld();
    await world.execute({ ...both, plan, job: smoke, built: { by: 'build', image: 'sha256:gone' } });
    expect(world.story.outcomes.get('smoke')).toMatchObject({
      kind: 'failed',
      failure: { code: 'image', message: expect.stringContaining('run build again') as unknown as string },
    });
  });
});
