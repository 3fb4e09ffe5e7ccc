import type { Cron } from './config/cron.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** 29 February on one weekday comes every 28 years, and every 40 across a century without a leap year. */
const HORIZON_DAYS = 41 * 366;

/** The first moment later than `after` at which a schedule is due; both in ms since the epoch. */
export function nextDue(cron: Cron, after: number): number | undefined {
  const from = (Math.floor(after / MINUTE_MS) + 1) * MINUTE_MS;
  const today = Math.floor(from / DAY_MS) * DAY_MS;
  for (let day = today; day < today + HORIZON_DAYS * DAY_MS; day += DAY_MS) {
    const at = isDay(cron, new Date(day)) ? firstOfDay(cron, day, from) : undefined;
    if (at !== undefined) return at;
  }
  return undefined;
}

function isDay({ months, days, weekdays, eitherDay }: Cron, day: Date): boolean {
  if (!months.includes(day.getUTCMonth() + 1)) return false;
  const isDate = days.includes(day.getUTCDate());
  const isWeekday = weekdays.includes(day.getUTCDay());
  return eitherDay ? isDate || isWeekday : isDate && isWeekday;
}

function firstOfDay({ hours, minutes }: Cron, day: number, from: number): number | undefined {
  for (const hour of hours) {
    for (const minute of minutes) {
      const at = day + hour * HOUR_MS + minute * MINUTE_MS;
      if (at >= from) return at;
    }
  }
  return undefined;
}
