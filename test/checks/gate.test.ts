import { expect, test } from '@jest/globals';
import { createGate, createGates } from '../../src/checks/gate.js';
import { fakeClock, settled } from './fake-clock.js';

/** A gate, and the names of the tasks that it let through. */
function house(inFlight: number) {
  const clock = fakeClock();
  const gate = createGate(clock, inFlight);
  const passed: string[] = [];
  const ends: (() => void)[] = [];
  return {
    clock,
    gate,
    passed,
    /** Ends the task that is longest under way. */
    endOne: async () => {
      ends.shift()?.();
      await settled();
    },
    arrive: async (
      name: string,
      urgent: () => boolean = () => false,
      signal = new AbortController().signal,
    ) => {
      const task = () => {
        passed.push(name);
        return new Promise<string>((resolve) => ends.push(() => resolve(name)));
      };
      const result = gate.pass(task, signal, urgent);
      await settled();
      return { result };
    },
  };
}

test('who waits longest goes next, and an end before all progress', async () => {
  const { arrive, endOne, passed } = house(1);
  await arrive('first');
  await arrive('progress');
  await arrive('more progress');
  await arrive('end', () => true);
  for (let left = 3; left > 0; left -= 1) {
    await endOne();
  }
  expect(passed).toEqual(['first', 'end', 'progress', 'more progress']);
});

test('what becomes urgent while it waits goes before others', async () => {
  const { arrive, endOne, passed } = house(1);
  let over = false;
  await arrive('first');
  await arrive('progress');
  await arrive('stage', () => over);
  over = true;
  await endOne();
  expect(passed).toEqual(['first', 'stage']);
});

test('after a pause the urgent go first, however long others waited', async () => {
  const { clock, gate, arrive, passed } = house(2);
  gate.pauseUntil(clock.now() + 60_000);
  await arrive('one');
  await arrive('two');
  await arrive('end', () => true);
  await clock.advance(59_000);
  expect([passed, gate.isShut()]).toEqual([[], true]);
  await clock.advance(2_000);
  expect(passed).toEqual(['end', 'one']);
});

test('a pause that grows while it lasts is kept to its end, and no longer', async () => {
  const { clock, gate, arrive, passed } = house(1);
  gate.pauseUntil(clock.now() + 1_000);
  await arrive('one');
  gate.pauseUntil(clock.now() + 5_000);
  gate.pauseUntil(clock.now() + 3_000);
  await clock.advance(4_900);
  expect(passed).toEqual([]);
  await clock.advance(100);
  expect(passed).toEqual(['one']);
});

test('who is aborted while waiting takes no place', async () => {
  const { arrive, endOne, passed, gate } = house(1);
  await arrive('first');
  const leaving = new AbortController();
  const { result } = await arrive('leaves', () => true, leaving.signal);
  await arrive('stays');
  leaving.abort();
  expect(await result).toBeUndefined();
  await endOne();
  expect(passed).toEqual(['first', 'stays']);
  await endOne();
  expect(gate.isShut()).toBe(false);
});

/** Two installations that share what is given. */
function street(inFlight: number, breath: () => Promise<void> = () => Promise.resolve()) {
  const gates = createGates(fakeClock(), 2, { inFlight, breath });
  const passed: string[] = [];
  const ends = new Map<string, () => void>();
  const arrive = async (
    installation: number,
    name: string,
    urgent = false,
    signal = new AbortController().signal,
  ): Promise<void> => {
    const task = () => {
      passed.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    };
    void gates(installation).pass(task, signal, () => urgent);
    await settled();
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    await settled();
  };
  return { gates, passed, arrive, end };
}

test('all installations together write no more at once than they may', async () => {
  const { passed, arrive, end } = street(3);
  for (const name of ['a1', 'a2', 'a3']) await arrive(1, name);
  for (const name of ['b1', 'b2']) await arrive(2, name);
  expect(passed).toEqual(['a1', 'a2', 'b1']);
  await arrive(2, 'end', true);
  await end('a1');
  // Its place is another installation's now, whose turn it is.
  expect(passed).toEqual(['a1', 'a2', 'b1', 'b2']);
  await end('b1');
  expect(passed).toEqual(['a1', 'a2', 'b1', 'b2', 'a3']);
});

test('an installation that GitHub has pause keeps no place of the others', async () => {
  const { gates, passed, arrive } = street(1);
  gates(1).pauseUntil(Number.MAX_SAFE_INTEGER);
  await arrive(1, 'paused');
  await arrive(2, 'goes');
  expect(passed).toEqual(['goes']);
});

test('a write begins when there is breath for it, and not at all when it is stopped before', async () => {
  const breaths: (() => void)[] = [];
  const { passed, arrive } = street(2, () => new Promise((resolve) => breaths.push(resolve)));
  const stopping = new AbortController();
  await arrive(1, 'first');
  await arrive(2, 'stopped', false, stopping.signal);
  expect(passed).toEqual([]);
  stopping.abort();
  for (const breath of breaths) breath();
  await settled();
  expect(passed).toEqual(['first']);
});
