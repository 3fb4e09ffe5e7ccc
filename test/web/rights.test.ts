import { beforeEach, expect, test } from '@jest/globals';
import { byToken } from '../../src/web/person.js';
import type { People } from '../../src/web/ports.js';
import { createRights, type Person, type Rights, RightsUnknown } from '../../src/web/rights.js';
import { NOON, repository } from './runs.js';

let asked: number;
let now: number;
let rights: Rights;

const people: People = {
  async sees() {
    asked += 1;
    return 'yes';
  },
  whose: async () => 'rita',
  standing: async () => 'write',
  repository: async () => undefined,
};
const secret = { ...repository, private: true };

beforeEach(() => {
  asked = 0;
  now = NOON;
  rights = createRights(people, { now: () => now, sleep: async () => undefined });
});

const session = (key: string, login = 'rita'): Person => ({ ...byToken(key), key, login });

test('tokens that somebody made up take nothing from people who signed in', async () => {
  const all = Array.from({ length: 1000 }, (_, index) =>
    rights.sees(byToken(`ghp_${String(index)}`), secret),
  );
  const refused = (await Promise.allSettled(all)).filter(({ status }) => status === 'rejected');
  expect([asked, refused.length]).toEqual([600, 400]);
  await expect(rights.sees(byToken('ghp_one_more'), secret)).rejects.toThrow(RightsUnknown);
  expect(await rights.sees(session('s'), secret)).toBe(true);
  now += 60_000;
  expect(await rights.sees(byToken('ghp_one_more'), secret)).toBe(true);
});

test('what was said is kept for some thousand, and the oldest goes first', async () => {
  for (let index = 0; index <= 5000; index += 1) await rights.sees(session(`s${String(index)}`), secret);
  expect(asked).toBe(5001);
  await rights.sees(session('s1'), secret);
  expect(asked).toBe(5001);
  await rights.sees(session('s0'), secret);
  expect(asked).toBe(5002);
});

test('a failure is not kept', async () => {
  let isDown = true;
  const shaky = {
    ...people,
    async sees() {
      if (isDown) throw new Error('GitHub does not answer');
      return 'yes' as const;
    },
  };
  rights = createRights(shaky, { now: () => now, sleep: async () => undefined });
  await expect(rights.sees(session('s'), secret)).rejects.toThrow(RightsUnknown);
  isDown = false;
  expect(await rights.sees(session('s'), secret)).toBe(true);
});

test('a login that is somebody else’s now ends the session', async () => {
  let isEnded = false;
  const renamed = {
    ...session('s', 'bob'),
    end: async () => {
      isEnded = true;
    },
  };
  expect([await rights.standing(renamed, secret), isEnded]).toEqual(['none', true]);
});
