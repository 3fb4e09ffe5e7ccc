/** When a schedule runs, in UTC: the values that each field takes, ascending. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly days: readonly number[];
  /** 1 is January. */
  readonly months: readonly number[];
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** Neither of days and weekdays is `*`: then either is enough, as cron has it. */
  readonly eitherDay: boolean;
}

export type CronResult =
  | { readonly ok: true; readonly cron: Cron }
  /** `field` undefined: the line as a whole is wrong. */
  | { readonly ok: false; readonly field?: string; readonly problem: string };

interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names in the order of their numbers, from `min`. */
  readonly names?: readonly string[];
}

const FIELDS: readonly [Field, Field, Field, Field, Field] = [
  { name: 'minute', min: 0, max: 59 },
  { name: 'hour', min: 0, max: 23 },
  { name: 'day', min: 1, max: 31 },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  // 7 is Sunday too.
  { name: 'weekday', min: 0, max: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
];

/** The most that a month can have; 29 February comes every few years. */
const DAYS_OF_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Reads five fields with lists, ranges, steps and names: `30 2,14 * JAN-MAR MON-FRI/2`. */
export function parseCron(text: string): CronResult {
  const words = text.trim().split(/\s+/);
  if (text.trim().startsWith('@'))
    return { ok: false, problem: `"${text.trim()}" is no cron line of five fields` };
  if (words.length !== FIELDS.length || text.trim() === '') {
    const count = text.trim() === '' ? 0 : words.length;
    return { ok: false, problem: `a cron line has five fields, and this has ${count}` };
  }
  const read = FIELDS.map((field, index) => readField(words[index] ?? '', field));
  const wrong = read.findIndex((values) => !Array.isArray(values));
  const problem = read[wrong];
  if (typeof problem === 'string') {
    return { ok: false, ...nameOf(wrong), problem };
  }
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = read as number[][];
  const eitherDay = !words[2]?.startsWith('*') && !words[4]?.startsWith('*');
  const isEver =
    eitherDay || months.some((month) => days.some((day) => day <= (DAYS_OF_MONTH[month - 1] ?? 0)));
  if (!isEver) return { ok: false, field: 'day', problem: `no month of these has a day ${words[2] ?? ''}` };
  return {
    ok: true,
    cron: { minutes, hours, days, months, weekdays: unique(weekdays.map((day) => day % 7)), eitherDay },
  };
}

function nameOf(index: number): { field?: string } {
  const field = FIELDS[index]?.name;
  return field === undefined ? {} : { field };
}

/** @returns the values, or what is wrong */
function readField(text: string, field: Field): number[] | string {
  const values: number[] = [];
  for (const item of text.split(',')) {
    const range = readRange(item, field);
    if (typeof range === 'string') return range;
    for (let value = range.from; value <= range.to; value += range.step) values.push(value);
  }
  return unique(values);
}

function readRange(item: string, field: Field): { from: number; to: number; step: number } | string {
  const [, first = '', last, digits] = /^(\*|\w+)(?:-(\w+))?(?:\/(\w+))?$/.exec(item) ?? [];
  if (first === '' || (first === '*' && last !== undefined)) return `"${item}" is no ${field.name}`;
  const step = digits === undefined ? 1 : number(digits);
  if (step === undefined || step < 1) return `"${digits ?? ''}" is no step of a ${field.name}`;
  if (first === '*') return { from: field.min, to: field.name === 'weekday' ? 6 : field.max, step };
  const from = valueOf(first, field);
  const to = last === undefined ? from : valueOf(last, field);
  if (from === undefined || to === undefined) {
    const wrong = from === undefined ? first : last;
    return `"${wrong ?? ''}" is no ${field.name}: it is ${field.min} to ${field.max}`;
  }
  if (from > to) return `the ${field.name}s ${item} run backwards`;
  // `5/10` is "from 5 on", as in other crons.
  return { from, to: last === undefined && digits !== undefined ? field.max : to, step };
}

function valueOf(text: string, { min, max, names = [] }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  if (named !== -1) return named + min;
  const value = number(text);
  return value !== undefined && value >= min && value <= max ? value : undefined;
}

function number(text: string): number | undefined {
  return /^\d{1,3}$/.test(text) ? Number(text) : undefined;
}

function unique(values: readonly number[]): number[] {
  return [...new Set(values)].sort((a, b) => a - b);
}
