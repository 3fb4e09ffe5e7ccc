import { describe, expect, test } from '@jest/globals';
import type { ContainerSpec, ServiceSpec } from '../../src/pipeline/model.js';
import { EngineRefused } from '../../src/worker/ports.js';
import type { Program } from '../fakes/engine/fake-container.js';
import { authors, headings, type Printed, printed } from './printed.js';
import {
  BUILD,
  container,
  createWorld,
  gate,
  leaseOf,
  planned,
  script,
  service,
  until,
  type World,
} from './world.js';

const stageOf = (over: Partial<ContainerSpec>, ...services: readonly ServiceSpec[]) => ({
  kind: 'container' as const,
  container: container(over),
  services,
  outputs: [],
});

/** The log of a stage, or of a service of it, as far as it was told. */
function logOf({ story }: World, stage: string, of?: string): Printed {
  return printed(story.pieces.filter((piece) => piece.stage === stage && piece.service === of));
}

/** Prints, and stays until it is killed. */
const printing =
  (text: string): Program =>
  async (running) => {
    running.print(text);
    await running.killed;
    return 137;
  };

describe('sections', () => {
  test('are the commands, with the times at which they began; then the exit', async () => {
    const world = createWorld({
      programs: {
        a: (running) => {
          running.command(1);
          running.print('half a line');
          world.clock.advance(5);
          running.command(2);
          return 4;
        },
      },
    });
    await world.execute(leaseOf([planned('a', script('printf half', 'exit 4'))]));
    const log = logOf(world, 'a');
    expect(headings(log)).toEqual(['command 1: $ printf half', 'command 2: $ exit 4', 'end 1 (4): ']);
    expect(authors(log).map((line) => line.replace(/\d+/, 't'))).toEqual([
      'cyclone t: $ printf half',
      'stdout t: half a line',
      'cyclone t: $ exit 4',
    ]);
  });

  test('of a command that a script claims to begin again are none', async () => {
    const world = createWorld({
      programs: {
        a: (running) => {
          for (const index of [1, 2, 1, 2, 3, 2]) running.command(index);
          return 0;
        },
      },
    });
    await world.execute(leaseOf([planned('a', script('one', 'two', 'three'))]));
    expect(headings(logOf(world, 'a'))).toEqual([
      'command 1: $ one',
      'command 2: $ two',
      'command 3: $ three',
      'end 1 (0): ',
    ]);
  });

  test('are the tries, each said once', async () => {
    const codes = [3, 0];
    const world = createWorld({
      programs: {
        a: (running) => {
          running.command(1);
          return codes.shift() ?? 9;
        },
      },
    });
    await world.execute(leaseOf([planned('a', script('flaky'), { options: { retry: { max: 1 } } })]));
    expect(headings(logOf(world, 'a'))).toEqual([
      'command 1: $ flaky',
      'end 1 (3): Try 1 of 2 exited 3; trying again.',
      'try 2: Try 2 of 2',
      'command 1: $ flaky',
      'end 2 (0): ',
    ]);
  });

  test('of a stage that ran out of time end, without an exit code', async () => {
    const world = createWorld({
      programs: {
        a: async (running) => {
          running.command(1);
          await running.killed;
          return 137;
        },
      },
    });
    const done = world.execute(leaseOf([planned('a', script('sleep 99'))]));
    await until(() => world.engine.journal.includes('go a'));
    world.clock.advance(60_000);
    await done;
    expect(headings(logOf(world, 'a'))).toEqual(['command 1: $ sleep 99', 'end 1: ']);
  });

  test.each([
    ['$ serve --once', { command: ['serve', '--once'] }],
    ['$ /bin/app serve', { entrypoint: ['/bin/app'], command: ['serve'] }],
    ['Running alpine', {}],
  ])('of a container that runs its own command: %s', async (heading, over) => {
    const world = createWorld({
      programs: {
        a: (running) => {
          running.print('out\n');
          running.print('err\n', 'stderr');
          return 0;
        },
      },
    });
    await world.execute(leaseOf([planned('a', stageOf(over))]));
    const log = logOf(world, 'a');
    expect(headings(log)).toEqual([`command 1: ${heading}`, 'end 1 (0): ']);
    expect(authors(log).slice(-2)).toEqual(['stdout 0: out', 'stderr 0: err']);
  });

  test('are the steps of an image build', async () => {
    const world = createWorld({
      build: async (_, log) => {
        await log(Buffer.from('latest: Pulling from library/base\n'));
        await log(Buffer.from('Step 1/2 : FROM base'), 1);
        await log(Buffer.from('\n'));
        await log(Buffer.from('Step 2/2 : RUN make'), 2);
        await log(Buffer.from('\nmade\n'));
      },
    });
    await world.execute(leaseOf([planned('build', BUILD)]));
    expect(headings(logOf(world, 'build'))).toEqual([
      'step 1: Step 1/2 : FROM base',
      'step 2: Step 2/2 : RUN make',
      expect.stringMatching(/^end 1 \(0\): Built /),
    ]);
  });

  test('of an image build that failed end where we say why', async () => {
    const world = createWorld({
      build: async (_, log) => {
        await log(Buffer.from('Step 1/1 : FROM nowhere\n'), 1);
        throw new EngineRefused('image_build', 'step 1/1, `FROM nowhere`: not found');
      },
    });
    await world.execute(leaseOf([planned('build', BUILD)]));
    expect(headings(logOf(world, 'build'))).toEqual([
      'step 1: Step 1/1 : FROM nowhere',
      'end 1: step 1/1, `FROM nowhere`: not found',
    ]);
  });
});

describe('what services print', () => {
  test('is in logs of their own, masked, on the stream on which it came, to their last word', async () => {
    const last = gate();
    const world = createWorld({
      programs: {
        db: async (running) => {
          running.print('ready with s3cret-value\n');
          running.print('careful\n', 'stderr');
          await last.passed;
          running.print('last word');
          last.open();
          await running.killed;
          return 137;
        },
        a: (running) => {
          running.command(1);
          last.open();
          return 0;
        },
      },
    });
    const lease = leaseOf([planned('a', stageOf({ commands: ['true'] }, service('db'), service('quiet')))], {
      secrets: ['s3cret-value'],
    });
    await world.execute(lease);
    expect(authors(logOf(world, 'a', 'db'))).toEqual([
      'stdout 0: ready with ***',
      'stderr 0: careful',
      'stdout 0: last word',
    ]);
    expect(logOf(world, 'a').text).not.toContain('ready');
    expect(new Set(world.story.pieces.map((piece) => piece.service))).toEqual(new Set([undefined, 'db']));
    // Nothing is told behind the end of the stage.
    expect(world.story.events.at(-2)).toBe('ended a');
  });

  test('before their stage’s turn is kept with its time, and told when it comes', async () => {
    const first = gate();
    const world = createWorld({
      programs: {
        db: printing('early\n'),
        a: async () => {
          await first.passed;
          return 0;
        },
      },
    });
    const b = stageOf({ commands: ['true'] }, service('db'));
    const done = world.execute(leaseOf([planned('a', script('true')), planned('b', b)]));
    await until(() => world.engine.journal.includes('start db'));
    // Nothing is awaited that could take longer: what is said now is said to nobody.
    await new Promise((resolve) => setImmediate(resolve));
    world.clock.advance(50);
    await new Promise((resolve) => setImmediate(resolve));
    expect(logOf(world, 'b', 'db').text).toBe('');
    first.open();
    await done;
    expect(authors(logOf(world, 'b', 'db'))).toEqual(['stdout 0: early']);
  });

  test('before a turn that never comes is told to nobody', async () => {
    const first = gate();
    const world = createWorld({
      programs: {
        db: printing('early\n'),
        a: async () => {
          await first.passed;
          return 1;
        },
      },
    });
    const b = stageOf({ commands: ['true'] }, service('db'));
    const done = world.execute(leaseOf([planned('a', script('false')), planned('b', b)]));
    await until(() => world.engine.journal.includes('start db'));
    first.open();
    expect(await done).toBe('ended');
    expect(world.story.pieces.filter((piece) => piece.service !== undefined)).toEqual([]);
    expect(world.engine.containers.size).toBe(0);
  });

  test('without end does not stop the stage, although nobody reads it', async () => {
    const full = gate();
    let taken = 0;
    const world = createWorld({
      programs: {
        db: async (running) => {
          for (let index = 0; index < 200; index += 1) running.print('x'.repeat(64 * 1024));
          await running.killed;
          return 137;
        },
      },
    });
    const { story } = world;
    const tell = story.log.bind(story);
    story.log = async (stage, piece) => {
      if (piece.service !== undefined) {
        taken += piece.bytes.length;
        await full.passed;
      }
      await tell(stage, piece);
    };
    const lease = leaseOf([planned('a', stageOf({ commands: ['true'] }, service('db')))]);
    const done = world.execute(lease);
    await until(() => world.engine.journal.includes('remove db'));
    // The stage came to its end; what the service may have on its way is one segment.
    expect(taken).toBeLessThanOrEqual(256 * 1024);
    full.open();
    await done;
    expect(logOf(world, 'a', 'db').text).toHaveLength(200 * 64 * 1024);
  });

  test('of a stage that is cancelled is there as far as it came', async () => {
    const world = createWorld({
      programs: {
        db: printing('serving\n'),
        a: async (running) => {
          await running.killed;
          return 137;
        },
      },
    });
    const done = world.execute(leaseOf([planned('a', stageOf({ commands: ['sleep'] }, service('db')))]));
    await until(() => world.engine.journal.includes('go a'));
    world.cancel.abort('by ada');
    await done;
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'cancelled', by: 'by ada' });
    expect(logOf(world, 'a', 'db').text).toBe('serving\n');
  });

  test('goes on in one log over the tries', async () => {
    const codes = [3, 0];
    const world = createWorld({ programs: { db: printing('serving\n'), a: () => codes.shift() ?? 9 } });
    const spec = stageOf({ commands: ['true'] }, service('db'));
    await world.execute(leaseOf([planned('a', spec, { options: { retry: { max: 1 } } })]));
    expect(logOf(world, 'a', 'db').text).toBe('serving\nserving\n');
  });
});

test('why a try failed is said once, and so is that nothing was kept', async () => {
  const world = createWorld();
  const options = { retry: { max: 1 }, artifacts: ['dist'] };
  await world.execute(leaseOf([planned('a', script('true'), { options })]));
  expect(world.story.logs.get('a')?.match(/artifact dist does not exist/g)).toHaveLength(2);
  expect(world.story.facts.get('a')?.notes).toEqual(['try 1 of 2 failed: artifact dist does not exist']);
});
