/** What stands before lines: nothing, when it was printed, or how long after the first line. */
export type TimesShown = 'none' | 'absolute' | 'relative';

const NEXT = { none: 'relative', relative: 'absolute', absolute: 'none' } as const;

export function nextTimes(shown: TimesShown): TimesShown {
  return NEXT[shown];
}

/** @param at milliseconds since the epoch @param start of the stage; undefined: not known */
export function timeWords(at: number | undefined, shown: TimesShown, start: number | undefined): string {
  if (at === undefined || shown === 'none') return '';
  // UTC, as all times of the page.
  if (shown === 'absolute') return new Date(at).toISOString().slice(11, 23);
  if (start === undefined) return '';
  const ms = Math.max(0, at - start);
  const seconds = Math.floor(ms / 1000);
  const tail = `${String(seconds % 60).padStart(2, '0')}.${String(Math.floor(ms % 1000)).padStart(3, '0')}`;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${tail}` : `${minutes}:${tail}`;
}

/** As the pages of the server say it: `0.4 s`, `48 s`, `2 min 5 s`, `1 h 3 min`. */
export function lastedWords(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 10) return `${(Math.max(0, ms) / 1000).toFixed(1).replace(/\.0$/, '')} s`;
  if (seconds < 60) return `${seconds} s`;
  const isHours = seconds >= 3600;
  const [count, large, small] = isHours ? [Math.round(ms / 60_000), 'h', 'min'] : [seconds, 'min', 's'];
  const rest = count % 60;
  return `${Math.floor(count / 60)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}
