import { expect, test } from '@jest/globals';
import { createWorld, gate, leaseOf, planned, script, until } from './world.js';

const LEASE = leaseOf([planned('a', script('a')), planned('b', script('b'))]);

test('a stage is announced behind the end of the one before without waiting for it, and runs when both are told', async () => {
  const world = createWorld();
  const taken = gate();
  const stageEnded = world.story.stageEnded.bind(world.story);
  world.story.stageEnded = async (...end) => {
    await stageEnded(...end);
    if (end[0] === 'a') await taken.passed;
  };
  const ended = world.execute(LEASE);
  await until(() => world.story.events.includes('started b'));
  await until(() => world.engine.journal.includes('start b'));
  expect(world.story.events).toEqual(['job started', 'started a', 'ended a', 'started b']);
  expect(world.engine.journal).not.toContain('go b');
  taken.open();
  expect(await ended).toBe('ended');
  expect(world.engine.journal).toContain('go b');
});

test('an end that was not taken is the next owner’s: nothing runs behind it', async () => {
  const world = createWorld();
  world.story.loseAt = 'ended a';
  expect(await world.execute(LEASE)).toBe('returned');
  expect(world.engine.journal).toContain('go a');
  expect(world.engine.journal).not.toContain('go b');
});

test('an end that cannot be told breaks its own stage, not the next', async () => {
  const world = createWorld();
  const stageEnded = world.story.stageEnded.bind(world.story);
  let isFirst = true;
  world.story.stageEnded = async (...end) => {
    if (isFirst) {
      isFirst = false;
      throw new Error('the connection broke');
    }
    await stageEnded(...end);
  };
  expect(await world.execute(LEASE)).toBe('ended');
  expect(world.story.outcomes.get('a')).toEqual({ kind: 'error', message: 'the connection broke' });
  expect(world.story.outcomes.has('b')).toBe(false);
});
