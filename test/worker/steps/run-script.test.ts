import { expect, test } from '@jest/globals';
import { tarOf } from '../files.js';
import { createWorld, gate, leaseOf, planned, script, until } from '../world.js';

const made = { ...script('make'), outputs: ['/go/bin/app'] };

test('a container runs on while its outputs are copied, and goes before its stage ends', async () => {
  const states: (string | undefined)[] = [];
  const world = createWorld({
    archive: () => {
      states.push([...world.engine.containers.values()][0]?.state);
      return tarOf('app', 'binary');
    },
  });
  const stageEnded = world.story.stageEnded.bind(world.story);
  world.story.stageEnded = async (...end) => {
    states.push(world.engine.journal.find((event) => event === 'remove a'));
    await stageEnded(...end);
  };
  await world.execute(leaseOf([planned('a', made)]));
  expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
  expect(states).toEqual(['running', 'remove a']);
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
