import { expect, test } from '@jest/globals';
import { tarOf } from '../files.js';
import { createWorld, gate, leaseOf, planned, script, until } from '../world.js';

const made = { ...script('make'), outputs: ['/go/bin/app'] };

/** A world whose stage `b` runs until it is told to end. */
function lasting() {
  const told = gate();
  const b = async (): Promise<number> => {
    await told.passed;
    return 0;
  };
  return { world: createWorld({ programs: { b } }), end: told.open };
}

test('a container runs on while its outputs are copied', async () => {
  const states: (string | undefined)[] = [];
  const world = createWorld({
    archive: () => {
      states.push([...world.engine.containers.values()][0]?.state);
      return tarOf('app', 'binary');
    },
  });
  await world.execute(leaseOf([planned('a', made)]));
  expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
  expect(states).toEqual(['running']);
});

test('what short stages leave is taken apart when the job is over', async () => {
  const world = createWorld();
  const jobEnded = world.story.jobEnded.bind(world.story);
  let before: readonly string[] = [];
  world.story.jobEnded = async () => {
    before = [...world.engine.journal];
    await jobEnded();
  };
  await world.execute(leaseOf([planned('a', script('a')), planned('b', script('b'))]));
  expect(before).not.toContainEqual(expect.stringMatching(/^remove/));
  expect(world.engine.journal).toEqual(expect.arrayContaining(['remove a', 'remove b']));
  expect(world.engine.containers.size).toBe(0);
});

test('beside a stage that lasts, it is taken apart', async () => {
  const { world, end } = lasting();
  const ended = world.execute(leaseOf([planned('a', script('a')), planned('b', script('b'))]));
  await until(() => world.engine.journal.includes('go b'));
  expect(world.engine.journal).not.toContain('remove a');
  world.clock.advance(2000);
  await until(() => world.engine.journal.includes('remove a'));
  end();
  expect(await ended).toBe('ended');
});

test('a port that it publishes on the host is free for the next stage', async () => {
  const serving = script('serve');
  const publishing = { ...serving, container: { ...serving.container, ports: ['80:80'] } };
  const { world, end } = lasting();
  const stages = [planned('a', publishing), planned('b', publishing)];
  const ended = world.execute(leaseOf(stages, { trusted: true }));
  await until(() => world.engine.journal.includes('remove a'));
  end();
  expect(await ended).toBe('ended');
});

test('one that failed does not stay for what is not copied', async () => {
  const world = createWorld({ programs: { a: () => 3 } });
  await world.execute(leaseOf([planned('a', made)]));
  expect(world.story.outcomes.get('a')).toMatchObject({ kind: 'failed', failure: { exitCode: 3 } });
  expect(world.engine.journal).not.toContain('archive /go/bin/app a');
});

test('a cancel in the middle of the copying ends the stage, and its container', async () => {
  const stuck = gate();
  const world = createWorld({
    archive: async function* () {
      await stuck.passed;
      yield Buffer.alloc(0);
    },
  });
  const ended = world.execute(leaseOf([planned('a', made)]));
  await until(() => world.engine.journal.includes('archive /go/bin/app a'));
  world.cancel.abort('superseded');
  await until(() => world.engine.journal.includes('remove a'));
  stuck.open();
  expect(await ended).toBe('ended');
  expect(world.story.outcomes.get('a')).toEqual({ kind: 'cancelled', by: 'superseded' });
});
