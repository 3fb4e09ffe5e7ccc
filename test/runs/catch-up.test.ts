import { afterEach, expect, test } from '@jest/globals';
import { type CatchUp, createCatchUp } from '../../src/runs/catch-up.js';
import type { MissedDelivery } from '../../src/runs/ports.js';
import { fakeClock } from '../checks/fake-clock.js';
import { silent } from '../contract/support/logger.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Event {
  id: number;
  readonly first: number;
  last: number;
  taken: boolean;
}

/** GitHub with deliveries that failed; `asked` are the times at which each was asked for again. */
function world() {
  const clock = fakeClock();
  const events: Event[] = [];
  const looks: number[] = [];
  const asked: [id: number, at: number][] = [];
  const counted: number[] = [];
  let isAway = false;
  let refused: number | undefined;
  let failing: number | undefined;
  const answer = <T>(value: T): Promise<T> =>
    isAway ? Promise.reject(new Error('GitHub is away')) : Promise.resolve(value);
  const catchUp = createCatchUp({
    missed: {
      since(time) {
        looks.push(clock.now() - time);
        const open = events.filter(({ last, taken }) => !taken && last >= time);
        return answer<MissedDelivery[]>(open.map(({ id, first, last }) => ({ id, first, last })));
      },
      allSince: (time) => answer(events.filter(({ last }) => last >= time).map(({ id }) => id)),
      redeliver(id) {
        asked.push([id, clock.now()]);
        const event = events.find((one) => one.id === id);
        if (event !== undefined) {
          event.last = clock.now();
        }
        return id === failing ? Promise.reject(new Error('no answer')) : answer(id !== refused);
      },
    },
    clock,
    logger: silent,
    redelivered: (count) => counted.push(count),
  });
  begun = catchUp;
  return {
    clock,
    looks,
    asked,
    counted,
    catchUp,
    missed: (id: number, at = clock.now()) => void events.push({ id, first: at, last: at, taken: false }),
    taken: (id: number, at = clock.now()) => void events.push({ id, first: at, last: at, taken: true }),
    away: (away: boolean) => {
      isAway = away;
    },
    refuse: (id: number) => {
      refused = id;
    },
    /** Undefined: none. */
    fail: (id: number | undefined) => {
      failing = id;
    },
    ids: () => asked.map(([id]) => id),
  };
}

let begun: CatchUp;
afterEach(() => begun.stop());

test('what was missed is asked for at the start, three days back, and then every five minutes', async () => {
  const github = world();
  github.missed(3, github.clock.now() - 2 * DAY);
  github.missed(5);
  github.catchUp.start();
  await github.clock.advance(1);
  expect(github.ids()).toEqual([3, 5]);
  expect(github.looks).toEqual([3 * DAY]);
  github.missed(8);
  await github.clock.advance(5 * MINUTE);
  expect(github.ids().slice(2)).toContain(8);
  expect(github.counted[0]).toBe(2);
});

test('with nothing open a look goes no further back than the one before, and a little', async () => {
  const github = world();
  github.catchUp.start();
  await github.clock.advance(10 * MINUTE);
  expect(github.looks).toEqual([3 * DAY, 15 * MINUTE, 15 * MINUTE]);
});

test('one that fails for ever is asked for more and more rarely', async () => {
  const github = world();
  github.missed(3);
  github.catchUp.start();
  await github.clock.advance(3 * DAY);
  expect(github.asked.length).toBeGreaterThan(10);
  expect(github.asked.length).toBeLessThan(40);
  const times = github.asked.map(([, at]) => at);
  expect((times.at(-1) ?? 0) - (times.at(-2) ?? 0)).toBeGreaterThan(6 * HOUR);
});

test('one that GitHub does not send again keeps no other back, and is not counted', async () => {
  const github = world();
  github.missed(3);
  github.missed(5);
  github.refuse(3);
  github.catchUp.start();
  await github.clock.advance(1);
  expect(github.ids()).toEqual([3, 5]);
  expect(github.counted).toEqual([1]);
});

test('while GitHub is away nothing is lost', async () => {
  const github = world();
  github.missed(3, github.clock.now() - DAY);
  github.away(true);
  github.catchUp.start();
  await github.clock.advance(12 * MINUTE);
  expect(github.ids()).toEqual([]);
  github.away(false);
  await github.clock.advance(5 * MINUTE);
  expect(github.ids()).toEqual([3]);
});

test('after a time of blindness all of it is asked for at once, also what GitHub believes was taken', async () => {
  const github = world();
  github.taken(1);
  github.catchUp.start();
  await github.clock.advance(MINUTE);
  github.taken(2);
  github.catchUp.blindSince(github.clock.now() - 1);
  await github.clock.advance(1);
  expect(github.ids()).toEqual([2]);
  await github.clock.advance(HOUR);
  expect(github.ids()).toEqual([2]);
});

test('what could not be made good of a blindness is in the next look, also when there was another meanwhile', async () => {
  const github = world();
  github.catchUp.start();
  await github.clock.advance(MINUTE);
  github.taken(2);
  github.taken(4);
  github.fail(2);
  github.catchUp.blindSince(github.clock.now() - 1);
  await github.clock.advance(MINUTE);
  expect(github.ids()).toEqual([2]);
  github.fail(undefined);
  github.catchUp.blindSince(github.clock.now());
  await github.clock.advance(1);
  expect(github.ids()).toEqual([2, 2, 4]);
});
