/** Quantities with a unit, as text. Undefined: it is none. */

/** `90s`, `30m`, `2h`, `1h30m`, or plain seconds: the seconds. */
export function parseDuration(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  const match = /^(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?$/.exec(text);
  if (match === null || text === '') return undefined;
  const [hours, minutes, seconds] = match.slice(1).map((digits) => Number(digits ?? 0));
  return (hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0);
}

/** As Kubernetes writes them: two letters are powers of 1024, one letter is a power of 1000. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  Ki: 1024,
  Mi: 1024 ** 2,
  Gi: 1024 ** 3,
};

/** `512Mi`, `1.5G`, or plain bytes: the bytes, a whole number. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,6})?)([a-zA-Z]*)$/.exec(text);
  const [, digits = '', unit = ''] = match ?? [];
  const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined;
  if (match === null || factor === undefined) return undefined;
  const bytes = Math.round(Number(digits) * factor);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** What `512m`, `512MB` and the like probably mean: `512Mi`. */
export function meantSize(text: string): string | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmg])(?:i?b?|[a-z]{2,})$/i.exec(text);
  const [, digits, letter] = match ?? [];
  if (digits === undefined || letter === undefined) return undefined;
  return `${digits}${letter.toUpperCase()}i`;
}
