import { expect, test } from '@jest/globals';
import { createCatchUp } from '../../src/runs/catch-up.js';
import { silent } from '../contract/support/logger.js';

const HOUR = 3600_000;

/** GitHub with some deliveries that failed; the clock moves on when somebody sleeps. */
function world(missing: number[]) {
  const asked: number[] = [];
  const looks: number[] = [];
  let now = 100 * HOUR;
  let fail = false;
  return {
    asked,
    looks,
    failNext: () => {
      fail = true;
    },
    missed: {
      since: (time: number) => {
        looks.push(time);
        if (fail) {
          fail = false;
          return Promise.reject(new Error('GitHub is away'));
        }
        return Promise.resolve(missing.splice(0));
      },
      redeliver: (id: number) => {
        asked.push(id);
        return Promise.resolve();
      },
    },
    clock: {
      now: () => now,
      sleep: (ms: number, signal?: AbortSignal) =>
        new Promise<void>((resolve) => {
          now += ms;
          const stop = looks.length >= 3;
          if (!stop) {
            setImmediate(resolve);
          }
          signal?.addEventListener('abort', () => resolve());
        }),
    },
  };
}

test('what was missed in the last day is asked for again, at once and then every five minutes', async () => {
  const github = world([3, 5]);
  const catchUp = createCatchUp({ missed: github.missed, clock: github.clock, logger: silent });
  catchUp.start();
  while (github.looks.length < 3) {
    await new Promise(setImmediate);
  }
  await catchUp.stop();
  expect(github.asked).toEqual([3, 5]);
  expect(github.looks).toEqual([76 * HOUR, 76 * HOUR + 5 * 60_000, 76 * HOUR + 10 * 60_000]);
});

test('a look that fails is not the last', async () => {
  const github = world([]);
  github.failNext();
  const catchUp = createCatchUp({ missed: github.missed, clock: github.clock, logger: silent });
  catchUp.start();
  while (github.looks.length < 3) {
    await new Promise(setImmediate);
  }
  await catchUp.stop();
  expect(github.looks).toHaveLength(3);
});
