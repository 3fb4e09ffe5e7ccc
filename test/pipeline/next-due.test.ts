import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Cron, parseCron } from '../../src/pipeline/config/cron.js';
import { nextDue } from '../../src/pipeline/next-due.js';

function cron(line: string): Cron {
  const read = parseCron(line);
  if (!read.ok) throw new Error(read.problem);
  return read.cron;
}

const next = (line: string, after: string): string | undefined => {
  const at = nextDue(cron(line), Date.parse(after));
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 16);
};

describe('a schedule is next due', () => {
  test.each([
    ['0 3 * * *', '2026-01-05T02:59:59.999Z', '2026-01-05T03:00'],
    ['0 3 * * *', '2026-01-05T03:00:00Z', '2026-01-06T03:00'],
    ['* * * * *', '2026-01-05T03:00:30Z', '2026-01-05T03:01'],
    ['0 3 * * MON-FRI', '2026-01-09T04:00:00Z', '2026-01-12T03:00'],
    ['0 0 1 1 *', '2026-01-01T00:00:00Z', '2027-01-01T00:00'],
    ['59 23 31 12 *', '2026-12-31T23:58:00Z', '2026-12-31T23:59'],
    ['15,45 */6 * * *', '2026-01-05T18:45:00Z', '2026-01-06T00:15'],
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00'],
    ['0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T00:00'],
    // Both days are given: either is enough.
    ['0 0 13 * FRI', '2026-01-05T00:00:00Z', '2026-01-09T00:00'],
    ['0 0 13 * FRI', '2026-01-09T00:00:00Z', '2026-01-13T00:00'],
    // A step over all days is a star as cron has it, and then both must hold: a Sunday.
    ['0 0 29 2 */7', '2026-01-01T00:00:00Z', '2032-02-29T00:00'],
    ['0 0 * * 7', '2026-01-05T00:00:00Z', '2026-01-11T00:00'],
  ])('%s after %s', (line, after, expected) => expect(next(line, after)).toBe(expected));

  test('at a time that its fields have, later than asked for, and with none between', () => {
    const field = (max: number, min = 0) =>
      fc.oneof(fc.constant('*'), fc.integer({ min, max }).map(String), fc.constant(`*/${max > 20 ? 7 : 3}`));
    fc.assert(
      fc.property(
        fc.tuple(field(59), field(23), field(28, 1), field(12, 1), field(6)),
        fc.date({ min: new Date(0), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (fields, after, share) => {
          const read = cron(fields.join(' '));
          const at = nextDue(read, after.getTime()) as number;
          expect(at).toBeGreaterThan(after.getTime());
          expect(isDue(read, at)).toBe(true);
          const between = after.getTime() + Math.floor(share * (at - after.getTime() - 1));
          expect(isDue(read, between) && between > after.getTime()).toBe(false);
          expect(nextDue(read, between)).toBe(at);
        },
      ),
    );
  });
});

/** By the definition. */
function isDue(read: Cron, time: number): boolean {
  if (time % 60_000 !== 0) return false;
  const date = new Date(time);
  const days = [read.days.includes(date.getUTCDate()), read.weekdays.includes(date.getUTCDay())];
  return (
    read.minutes.includes(date.getUTCMinutes()) &&
    read.hours.includes(date.getUTCHours()) &&
    read.months.includes(date.getUTCMonth() + 1) &&
    (read.eitherDay ? days.some(Boolean) : days.every(Boolean))
  );
}
