/** ms since the epoch: from `from` on, and before `until`. */
export interface TimeRange {
  readonly from?: number;
  readonly until?: number;
}

const DAY_MS = 86_400_000;
const SHAPE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?(?:Z|[+-]\d{2}:\d{2}))?$/;

/**
 * A range in the words of GitHub's searches; undefined: none. A day stands for all of it, in UTC.
 * https://docs.github.com/en/search-github/getting-started-with-searching-on-github/understanding-the-search-syntax#query-for-dates
 */
export function createdRange(text: string): TimeRange | undefined {
  const [first = '', last, ...more] = text.split('..');
  if (last !== undefined) {
    const from = first === '*' ? {} : spanOf(first);
    const until = last === '*' ? {} : spanOf(last);
    if (more.length > 0 || from === undefined || until === undefined) return undefined;
    return { ...pick(from, 'from'), ...pick(until, 'until') };
  }
  const [, sign = '', day = ''] = /^(>=|<=|>|<|)(.*)$/.exec(text) ?? [];
  const span = spanOf(day);
  if (span === undefined) return undefined;
  switch (sign) {
    case '>=':
      return { from: span.from };
    case '>':
      return { from: span.until };
    case '<':
      return { until: span.from };
    case '<=':
      return { until: span.until };
    default:
      return span;
  }
}

function pick(range: TimeRange, end: 'from' | 'until'): TimeRange {
  return range[end] === undefined ? {} : { [end]: range[end] };
}

/** A day, or the one millisecond of a time. */
function spanOf(text: string): Required<TimeRange> | undefined {
  const from = SHAPE.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(from)) return undefined;
  // The 31st of February is read as a day of March.
  if (!text.includes('T') && new Date(from).toISOString().slice(0, 10) !== text) return undefined;
  return { from, until: from + (text.includes('T') ? 1 : DAY_MS) };
}
