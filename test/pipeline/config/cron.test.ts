import { describe, expect, it } from '@jest/globals';
import { parseCron } from '../../../src/pipeline/config/cron.js';

describe('parseCron', () => {
  it('reads lists, ranges, steps and names', () => {
    expect(parseCron(' 0,30  */6 1-3 JAN,mar MON-FRI/2 ')).toEqual({
      ok: true,
      cron: {
        minutes: [0, 30],
        hours: [0, 6, 12, 18],
        days: [1, 2, 3],
        months: [1, 3],
        weekdays: [1, 3, 5],
        eitherDay: true,
      },
    });
    expect(parseCron('5/20 0 * * 5-7')).toMatchObject({
      cron: { minutes: [5, 25, 45], weekdays: [0, 5, 6], eitherDay: false },
    });
  });

  it.each([
    ['', undefined],
    ['* * * *', undefined],
    ['@daily', undefined],
    ['60 * * * *', 'minute'],
    ['* 24 * * *', 'hour'],
    ['* * 0 * *', 'day'],
    ['* * * FOO *', 'month'],
    ['* * * * 8', 'weekday'],
    ['*/0 * * * *', 'minute'],
    ['5-1 * * * *', 'minute'],
    ['1,, * * * *', 'minute'],
    ['0 0 31 FEB *', 'day'],
  ])('refuses %j and names the field', (text, field) => {
    const result = parseCron(text);
    expect(result.ok ? 'ok' : result.field).toBe(field);
  });
});
