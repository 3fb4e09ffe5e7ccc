import { expect, test } from '@jest/globals';
import { openHalt } from '../../src/worker/halt.js';
import { FenceLost } from '../../src/worker/ports.js';

function switches() {
  const [outer, soft, hard] = [new AbortController(), new AbortController(), new AbortController()];
  return { outer, hard, halt: () => openHalt(outer.signal, { soft: soft.signal, hard: hard.signal }) };
}

test('the first to press it decides why', async () => {
  const { outer, hard, halt } = switches();
  const pressed = halt();
  outer.abort('by alice');
  hard.abort('the worker shuts down');
  pressed.stop({ kind: 'timed_out', afterSeconds: 1 });
  expect(pressed.stopped()).toEqual({ kind: 'cancelled', by: 'by alice' });
  expect(await pressed.pressed).toEqual({ kind: 'cancelled', by: 'by alice' });
  expect(pressed.signal.aborted).toBe(true);
});

test('what was pressed before counts', () => {
  const { outer, halt } = switches();
  outer.abort(new FenceLost('newer owner'));
  expect(halt().stopped()).toEqual({ kind: 'fence_lost' });
});

test('a reason that is no text has words all the same', () => {
  const { hard, halt } = switches();
  const pressed = halt();
  hard.abort();
  expect(pressed.stopped()).toMatchObject({ kind: 'handover', reason: expect.stringMatching(/./) });
});

test('released, it hears nothing any more', () => {
  const { outer, halt } = switches();
  const pressed = halt();
  pressed.release();
  outer.abort('late');
  expect(pressed.stopped()).toBeUndefined();
});
