import { expect, test } from '@jest/globals';
import { createTurns } from '../../../src/adapters/docker/turns.js';

test('work of one key waits for the work before it, though that failed; other keys do not', async () => {
  const turns = createTurns();
  const story: string[] = [];
  let fail: (reason: Error) => void = () => undefined;
  const first = turns('a', () => {
    story.push('first begins');
    return new Promise((_, reject) => {
      fail = reject;
    });
  });
  const second = turns('a', () => Promise.resolve(story.push('second')));
  await turns('b', () => Promise.resolve(story.push('other')));
  expect(story).toEqual(['first begins', 'other']);
  fail(new Error('no'));
  await expect(first).rejects.toThrow('no');
  await second;
  expect(story).toEqual(['first begins', 'other', 'second']);
});
