import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CheckoutFailed, FenceLost } from '../../src/worker/ports.js';
import {
  BUILD,
  bareCheckout,
  checkoutOf,
  container,
  createWorld,
  gate,
  IMAGE,
  leaseOf,
  planned,
  script,
  service,
  until,
} from './world.js';

const PUBLISH = { kind: 'publish' } as const;

describe('a job', () => {
  test('tells its story in order and leaves nothing', async () => {
    const world = createWorld();
    const lease = leaseOf([planned('pre_build', script('true')), planned('integration', script('true'))]);
    expect(await world.execute(lease)).toBe('ended');
    expect(world.story.events).toEqual([
      'job started',
      'started pre_build',
      'ended pre_build',
      'started integration',
      'ended integration',
      'job ended',
    ]);
    expect([...world.story.outcomes.values()]).toEqual([{ kind: 'passed' }, { kind: 'passed' }]);
    expect(world.engine.containers.size).toBe(0);
    expect(world.engine.networks.size).toBe(0);
    expect(readdirSync(world.deps.workspaces)).toEqual([]);
    expect(world.warnings).toEqual([]);
  });

  test('shows commands as they run, each on a line of its own', async () => {
    const world = createWorld({
      programs: {
        lint: (running) => {
          running.command(1);
          running.print('no newline');
          running.command(2);
          running.print('done\n');
          return 0;
        },
      },
    });
    await world.execute(leaseOf([planned('lint', script('make\nall', 'true'))]));
    expect(world.story.logs.get('lint')).toBe('$ make\n$ all\nno newline\n$ true\ndone\n');
  });

  test('shows the first stage what its checkout says, from the beginning', async () => {
    const { open, passed } = gate();
    const checkout = checkoutOf({}, passed, { before: 'trying again with s3cret', after: 'and again' });
    const world = createWorld();
    const lease = leaseOf([planned('pre_build', script('true')), planned('integration', script('true'))], {
      secrets: ['s3cret'],
    });
    const execution = world.execute(lease, { checkout });
    await until(() => world.story.events.includes('started pre_build'));
    open();
    await execution;
    expect(world.story.logs.get('pre_build')).toMatch(/^trying again with \*\*\*\nand again\n/);
    expect(world.story.logs.get('integration') ?? '').not.toContain('again');
    expect(world.warnings).toEqual(['checkout', 'checkout']);
  });

  test('stops at a failed stage and names its command', async () => {
    const world = createWorld({
      programs: {
        'pre-build': (running) => {
          running.command(1);
          running.command(2);
          return 3;
        },
      },
    });
    const lease = leaseOf([
      planned('pre_build', script('true', 'false')),
      planned('integration', script('true')),
    ]);
    expect(await world.execute(lease)).toBe('ended');
    expect(world.story.events).toEqual(['job started', 'started pre_build', 'ended pre_build', 'job ended']);
    expect(world.story.outcomes.get('pre_build')).toEqual({
      kind: 'failed',
      failure: { code: 'exit', message: '', exitCode: 3, command: { index: 2, total: 2, text: 'false' } },
    });
  });

  test('a forged command index is not believed', async () => {
    const world = createWorld({
      programs: {
        lint: (running) => {
          running.command(99);
          return 1;
        },
      },
    });
    await world.execute(leaseOf([planned('lint', script('true'))]));
    expect(world.story.outcomes.get('lint')).toMatchObject({ failure: { code: 'exit' } });
    expect(world.story.outcomes.get('lint')).not.toHaveProperty('failure.command');
  });

  test('ignores stages that the plan skips', async () => {
    const world = createWorld();
    const skip = { kind: 'event', message: 'not on a push' } as const;
    await world.execute(leaseOf([planned('a', script('true')), planned('b', PUBLISH, { skip })]));
    expect(world.story.events).toEqual(['job started', 'started a', 'ended a', 'job ended']);
  });

  test('fails a refused stage when it is reached, without running anything', async () => {
    const world = createWorld();
    await world.execute(leaseOf([planned('a', script('true'), { refusals: ['privileged', 'devices'] })]));
    expect(world.story.outcomes.get('a')).toMatchObject({
      failure: { code: 'refused_by_policy', message: 'privileged; devices' },
    });
    expect(world.engine.journal).not.toContain('create a');
    expect(world.story.logs.get('a')).toBe('privileged; devices\n');
  });

  test('a failed checkout fails the first stage in git’s words', async () => {
    const world = createWorld();
    const checkout = bareCheckout(() => Promise.reject(new CheckoutFailed('git fetch: not our ref')));
    await world.execute(leaseOf([planned('a', script('true')), planned('b', script('true'))]), { checkout });
    expect(world.story.outcomes.get('a')).toEqual({
      kind: 'failed',
      failure: { code: 'checkout', message: 'git fetch: not our ref' },
    });
    expect(world.story.events).not.toContain('started b');
    expect(world.engine.journal).not.toContain('go a');
  });

  test('masks its log, its command and its message', async () => {
    const world = createWorld({
      programs: {
        a: (running) => {
          running.command(1);
          running.print('hun');
          running.print('ter2\n');
          return 1;
        },
      },
    });
    await world.execute(leaseOf([planned('a', script('login hunter2'))], { secrets: ['hunter2'] }));
    expect(world.story.logs.get('a')).toBe('$ login ***\n***\n');
    expect(JSON.stringify(world.story.outcomes.get('a'))).not.toContain('hunter2');
  });

  test('a bug of ours is an error of the stage, not a hang', async () => {
    const world = createWorld();
    const broken = bareCheckout(() => Promise.reject(new TypeError('x is not a function')));
    expect(await world.execute(leaseOf([planned('a', script('true'))]), { checkout: broken })).toBe('ended');
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'error', message: 'x is not a function' });
    expect(world.warnings).toContain('stage broke');
  });

  test('a bug before the first stage is told there', async () => {
    const world = createWorld();
    const file = path.join(world.deps.workspaces, 'file');
    writeFileSync(file, '');
    expect(await world.execute(leaseOf([planned('a', script('true'))]), { workspaces: file })).toBe('ended');
    expect(world.story.events).toEqual(['job started', 'started a', 'ended a', 'job ended']);
    expect(world.story.outcomes.get('a')).toMatchObject({ kind: 'error' });
  });
});

describe('arming', () => {
  test('arms the first stage while the checkout runs, and behind it the next ones, but not all', async () => {
    const code = gate();
    const first = gate();
    const world = createWorld({
      programs: {
        a: async () => {
          await first.passed;
          return 0;
        },
      },
    });
    const lease = leaseOf([
      planned('a', script('true')),
      planned('b', script('true')),
      planned('c', script('true')),
      planned('d', script('true')),
      planned('e', script('true')),
    ]);
    const done = world.execute(lease, { checkout: checkoutOf({}, code.passed) });
    await until(() => world.engine.journal.includes('start c'));
    const { journal } = world.engine;
    expect(journal.indexOf('create b')).toBeGreaterThan(journal.indexOf('start a'));
    expect(journal).not.toContain('go a');
    expect(journal).not.toContain('create d');
    code.open();
    await until(() => journal.includes('start d'));
    expect(journal).not.toContain('go b');
    expect(journal).not.toContain('create e');
    first.open();
    await done;
    expect(journal.indexOf('start e')).toBeGreaterThan(journal.indexOf('go b'));
    expect(world.story.outcomes.get('e')).toEqual({ kind: 'passed' });
  });

  test('pulls all images at once, each once', async () => {
    const arrived = gate();
    const world = createWorld({ images: { golang: {}, redis: {} }, registry: () => arrived.passed });
    const stage = {
      ...script('true'),
      container: container({ image: 'golang', commands: ['true'] }),
      services: [service('db', { image: 'redis' })],
    };
    const done = world.execute(
      leaseOf([planned('a', script('true')), planned('b', script('true')), planned('c', stage)]),
    );
    await until(() => world.engine.journal.includes('pull redis'));
    expect(world.engine.journal.filter((event) => event.startsWith('pull'))).toEqual([
      'pull alpine',
      'pull golang',
      'pull redis',
    ]);
    arrived.open();
    await done;
    expect(world.story.outcomes.get('c')).toEqual({ kind: 'passed' });
  });

  test.each([
    ['has no commands', container({ command: ['serve'] })],
    ['mounts a part of the workspace', container({ commands: ['true'], volumes: ['./Dockerfile:/src'] })],
  ])('a stage that %s starts cold', async (_, spec) => {
    const world = createWorld({
      programs: {
        a: async ({ killed }) => {
          await Promise.race([killed, running.passed]);
          return 0;
        },
      },
    });
    const running = gate();
    const stage = { kind: 'container', container: spec, services: [], outputs: [] } as const;
    const done = world.execute(
      leaseOf([planned('build', BUILD), planned('a', script('true')), planned('b', stage)]),
    );
    await until(() => world.engine.journal.includes('go a'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.engine.journal).not.toContain('create b');
    running.open();
    await done;
    expect(world.engine.journal).toContain('create b');
  });

  test('a stage in the built image is armed as soon as that is made, and its services before', async () => {
    const first = gate();
    const labelled = gate();
    const world = createWorld({
      programs: {
        a: async () => {
          await first.passed;
          return 0;
        },
        db: async ({ killed }) => {
          await killed;
          return 137;
        },
      },
      images: { bare: { local: true } },
      build: async (build) => {
        const bare = await world.engine.image('bare');
        if (bare !== undefined) build.made?.(bare);
        await labelled.passed;
      },
    });
    const inBuilt = {
      kind: 'container',
      container: container({ commands: ['true'], image: 'BUILT_IMAGE' }),
      services: [service('db')],
      outputs: [],
    } as const;
    const stages = [planned('a', script('true')), planned('build', BUILD), planned('b', inBuilt)];
    const done = world.execute(leaseOf(stages));
    const { journal } = world.engine;
    await until(() => journal.includes('start db'));
    expect(journal).not.toContain('go a');
    expect(journal).not.toContain('create b');
    first.open();
    await until(() => journal.includes('start b'));
    expect(world.story.outcomes.has('build')).toBe(false);
    labelled.open();
    await done;
    expect(world.story.outcomes.get('b')).toEqual({ kind: 'passed' });
    // Told of is the image of the run, not the one that it is a child of.
    expect(world.story.facts.get('b')?.imageDigest).toBe(world.story.facts.get('build')?.imageDigest);
    expect(world.engine.networks.size).toBe(0);
  });

  test('the built image’s name travels with the go-signal', async () => {
    const seen: (readonly string[])[] = [];
    const note = (running: { late: readonly string[] }): number => {
      seen.push(running.late);
      return 0;
    };
    const world = createWorld({ programs: { before: note, after: note } });
    await world.execute(
      leaseOf([planned('before', script('true')), planned('build', BUILD), planned('after', script('true'))]),
    );
    expect(seen).toEqual([[], [`CYCLONE_IMAGE=${IMAGE}`]]);
  });

  test('an armed container is removed when its stage is not reached', async () => {
    const world = createWorld({ programs: { a: () => 1 } });
    await world.execute(leaseOf([planned('a', script('false')), planned('b', script('true'))]));
    expect(world.engine.journal).not.toContain('go b');
    expect(world.engine.containers.size).toBe(0);
  });

  test('an image that does not exist fails its own stage and no other', async () => {
    const world = createWorld();
    const missing = { ...script('true'), container: container({ image: 'nope', commands: ['true'] }) };
    await world.execute(leaseOf([planned('a', script('true')), planned('b', missing)]));
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
    expect(world.story.outcomes.get('b')).toMatchObject({ failure: { code: 'image' } });
    expect(world.story.logs.get('b')).toContain('nope: manifest unknown');
  });
});

describe('the end of a stage', () => {
  test('is the script’s own, not the container’s', async () => {
    const second = gate();
    const world = createWorld({
      programs: {
        a: (running) => {
          running.linger(second.passed);
          return 0;
        },
        b: () => {
          second.open();
          return 0;
        },
      },
    });
    await world.execute(leaseOf([planned('a', script('true')), planned('b', script('true'))]));
    expect(world.story.outcomes.get('b')).toEqual({ kind: 'passed' });
  });

  test('a container that is removed from outside fails it with those words', async () => {
    const world = createWorld({
      programs: {
        a: async ({ killed }) => {
          world.engine.containerOf('a').removeFromOutside();
          await killed;
          return 0;
        },
      },
    });
    await world.execute(leaseOf([planned('a', script('true'))]));
    expect(world.story.outcomes.get('a')).toMatchObject({ failure: { code: 'container_removed' } });
  });

  test('a script that is broken off did not pass, whatever the engine says', async () => {
    const world = createWorld({ programs: { a: (running) => running.vanish({ exitCode: 0 }) } });
    await world.execute(leaseOf([planned('a', script('true'))]));
    expect(world.story.outcomes.get('a')).toMatchObject({ failure: { code: 'container' } });
  });

  test('memory: it explains a failure and is a note beside success', async () => {
    const oom =
      (code: number) =>
      (running: { oom(): void }): number => {
        running.oom();
        return code;
      };
    const world = createWorld({ programs: { a: oom(0), b: oom(137) } });
    await world.execute(leaseOf([planned('a', script('true')), planned('b', script('true'))]));
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
    expect(world.story.facts.get('a')?.notes).toHaveLength(1);
    expect(world.story.outcomes.get('b')).toMatchObject({
      failure: { code: 'out_of_memory', memoryLimit: 512 * 1024 ** 2 },
    });
  });
});

describe('a stop', () => {
  const forever = async ({ killed }: { killed: Promise<void> }): Promise<number> => {
    await killed;
    return 137;
  };

  test('a timeout ends stage and job, and says in which command', async () => {
    const world = createWorld({
      programs: {
        a: async (running) => {
          running.command(1);
          return await forever(running);
        },
      },
    });
    const lease = leaseOf([
      planned('a', script('sleep 99'), { timeoutSeconds: 3600 }),
      planned('b', script('true')),
    ]);
    const done = world.execute(lease);
    await until(() => {
      world.clock.advance(1);
      return world.story.logs.has('a');
    });
    world.clock.advance(3600_000);
    expect(await done).toBe('ended');
    expect(world.story.outcomes.get('a')).toEqual({
      kind: 'timed_out',
      afterSeconds: 3600,
      command: { index: 1, total: 1, text: 'sleep 99' },
    });
    expect(world.story.events).not.toContain('started b');
    expect(world.engine.containers.size).toBe(0);
  });

  test('a cancel says by whom', async () => {
    const world = createWorld({ programs: { a: forever } });
    const done = world.execute(leaseOf([planned('a', script('sleep 99')), planned('b', script('true'))]));
    await until(() => world.engine.journal.includes('go a'));
    world.cancel.abort('superseded by 9be01d2');
    expect(await done).toBe('ended');
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'cancelled', by: 'superseded by 9be01d2' });
    expect(world.story.events.at(-1)).toBe('job ended');
    expect(world.engine.containers.size).toBe(0);
  });

  test('a cancel before the beginning runs nothing', async () => {
    const world = createWorld();
    world.cancel.abort('by alice');
    expect(await world.execute(leaseOf([planned('a', script('true'))]))).toBe('ended');
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'cancelled', by: 'by alice' });
    expect(world.engine.journal).not.toContain('go a');
  });

  test('a stage that does not react to its end is left behind', async () => {
    const world = createWorld();
    const hanging = bareCheckout(() => new Promise<never>(() => undefined));
    const done = world.execute(leaseOf([planned('a', script('true'))]), { checkout: hanging });
    await until(() => world.story.events.includes('started a'));
    world.cancel.abort('by alice');
    expect(await done).toBe('ended');
    expect(world.story.outcomes.get('a')).toMatchObject({ kind: 'cancelled' });
  });

  test('a drain gives the job back behind the present stage', async () => {
    const running = gate();
    const world = createWorld({
      programs: {
        a: async () => {
          await running.passed;
          return 0;
        },
      },
    });
    const done = world.execute(leaseOf([planned('a', script('true')), planned('b', script('true'))]));
    await until(() => world.engine.journal.includes('go a'));
    world.soft.abort('the worker shuts down');
    running.open();
    expect(await done).toBe('returned');
    expect(world.story.events).toEqual(['job started', 'started a', 'ended a', 'job returned']);
    expect(world.story.returned).toBe('the worker shuts down');
    expect(world.engine.containers.size).toBe(0);
    expect(existsSync(path.join(world.deps.workspaces, '7-chain', 'code', 'Dockerfile'))).toBe(true);
  });

  test('a hard drain kills what runs; the stage has not ended', async () => {
    const world = createWorld({ programs: { a: forever } });
    const done = world.execute(leaseOf([planned('a', script('true'))]));
    await until(() => world.engine.journal.includes('go a'));
    world.hard.abort('the worker shuts down');
    expect(await done).toBe('returned');
    expect(world.story.events).toEqual(['job started', 'started a', 'job returned']);
    expect(world.engine.containers.size).toBe(0);
  });

  test('an engine that goes away gives the job back', async () => {
    const world = createWorld({
      programs: {
        build: () => 0,
        a: () => {
          world.engine.away = true;
          return 0;
        },
      },
    });
    expect(await world.execute(leaseOf([planned('a', script('true')), planned('publish', BUILD)]))).toBe(
      'returned',
    );
    expect(world.story.events.at(-1)).toBe('job returned');
    expect(world.story.returned).toBe('the engine is away');
  });

  test.each(['job started', 'started a', 'log a', 'ended a', 'started b', 'job ended'])(
    'a fence lost at %j stops at once and touches nothing of the new owner',
    async (loseAt) => {
      const world = createWorld({
        programs: {
          a: (running) => {
            running.print('x'.repeat(70_000));
            return 0;
          },
        },
      });
      world.story.loseAt = loseAt;
      expect(await world.execute(leaseOf([planned('a', script('true')), planned('b', script('true'))]))).toBe(
        'returned',
      );
      expect(world.story.events).not.toContain(loseAt);
      expect(world.story.events).not.toContain('job returned');
      expect(world.engine.containers.size).toBe(0);
      expect(world.engine.journal).not.toContain('reap with images');
      if (loseAt !== 'job started') expect(readdirSync(world.deps.workspaces)).toEqual(['7-chain']);
      else expect(world.engine.journal).toEqual([]);
    },
  );

  test('a lost lock that comes by the signal is a lost fence', async () => {
    const world = createWorld({ programs: { a: forever } });
    const done = world.execute(leaseOf([planned('a', script('true'))]));
    await until(() => world.engine.journal.includes('go a'));
    world.cancel.abort(new FenceLost('the lock is lost'));
    expect(await done).toBe('returned');
    expect(world.story.events).toEqual(['job started', 'started a']);
    expect(world.engine.containers.size).toBe(0);
  });
});
