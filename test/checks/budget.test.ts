import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DEFAULT_PACE, dueAt, paceWithin, refreshAfter } from '../../src/checks/pace.js';
import { type House, openHouse } from './house.js';
import { ended, passed, queued, runEnded, running, START, subject } from './subjects.js';

const HOUR = 3_600_000;
const left = (remaining: number) => ({ limit: 5_000, remaining, resetAt: START + HOUR });

describe('the pace', () => {
  test.each([
    [5_000, 2_000],
    [2_500, 2_000],
    [1_250, 4_000],
    [500, 10_000],
  ])('with %d of 5,000 left writes are %d ms apart', (remaining, between) => {
    expect(paceWithin(DEFAULT_PACE, left(remaining))?.between).toBe(between);
  });

  test('with less than a tenth left no progress is shown before the reset; an end is never put off', () => {
    const moment = { status: 'in_progress', startedAt: START } as const;
    expect(dueAt(moment, START, DEFAULT_PACE, left(499))).toBe(START + HOUR);
    expect(refreshAfter(START, START, DEFAULT_PACE, left(0))).toBe(START + HOUR);
    expect(dueAt({ status: 'completed' }, START, DEFAULT_PACE, left(1))).toBe(0);
  });

  test('without knowledge of the budget it is the usual one', () => {
    expect(paceWithin(DEFAULT_PACE, undefined)).toBe(DEFAULT_PACE);
    expect(refreshAfter(START, START, DEFAULT_PACE)).toBe(START + 10_000);
  });
});

describe('a publisher', () => {
  let house: House;
  beforeEach(async () => {
    house = await openHouse();
  });
  afterEach(() => house.stop());

  const active = () =>
    subject({ state: { status: 'in_progress', startedAt: START }, stages: { pre_build: running() } });
  const done = subject({ state: runEnded('success', '1 passed'), stages: { pre_build: ended(passed, 12) } });
  const statuses = () => house.github.only('cyclone/pre_build').views.map(({ status }) => status);

  /** Ten minutes of a stage that prints all the time. @returns how many requests it took */
  async function tenMinutes(): Promise<number> {
    house.put(subject({ stages: { pre_build: queued } }));
    await house.idle();
    house.put(active());
    const before = house.github.requests.length;
    for (let second = 0; second < 600; second += 5) {
      house.log.text += 'more\n';
      await house.clock.advance(5_000);
    }
    return house.github.requests.length - before;
  }

  test('shows less and less progress as the budget shrinks', async () => {
    const usual = await tenMinutes();
    await house.stop();
    house = await openHouse();
    house.quota.left = left(1_000);
    const saving = await tenMinutes();
    expect(saving).toBeLessThan(usual / 1.5);
    expect(statuses()).toContain('in_progress');
  });

  test('shows no progress when hardly anything is left, and every end at once', async () => {
    house.quota.left = left(400);
    expect(await tenMinutes()).toBe(0);
    house.put(done);
    await house.idle();
    expect(house.clock.now()).toBeLessThan(START + 601_000);
    expect(statuses()).toEqual(['queued', 'completed']);
    expect(house.github.only('cyclone').view.conclusion).toBe('success');
  });

  test('shows progress again after the reset', async () => {
    house.quota.left = left(400);
    await tenMinutes();
    await house.clock.advance(HOUR - 600_000 + 3_000);
    expect(statuses()).toContain('in_progress');
  });

  test('tells the ends first when a limit is over', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `s${String(index).padStart(2, '0')}`);
    const stages = (last: ReturnType<typeof running>) =>
      Object.fromEntries(names.map((name, index) => [name, index === 11 ? last : running()]));
    house.put(subject({ stages: Object.fromEntries(names.map((name) => [name, queued])) }));
    await house.idle();
    const state = { status: 'in_progress', startedAt: START } as const;
    house.github.script(...names.map(() => ({ limitedFor: 60_000 })));
    house.put(subject({ state, stages: stages(running()) }));
    await house.clock.advance(30_000);
    house.put(subject({ state, stages: stages(ended(passed, 40)) }));
    const before = house.github.requests.length;
    await house.idle();
    expect(house.github.requests.slice(before).indexOf('update cyclone/s11 completed')).toBeLessThan(4);
  });
});
