import type { KeptFiles } from './model.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Milliseconds in words: `0.4 s`, `12 s`, `1 min 52 s`, `2 h 5 min`. */
export function duration(ms: number): string {
  const whole = Math.round(ms / SECOND);
  if (whole < 10) {
    return `${trimmed(Math.max(0, ms) / SECOND)} s`;
  }
  if (whole < 60) {
    return `${whole} s`;
  }
  if (whole < 3600) {
    return pair(whole, 60, 'min', 's');
  }
  return pair(Math.round(ms / MINUTE), 60, 'h', 'min');
}

/** Bytes in words: `812 B`, `59.8 KiB`, `512 MiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const power = Math.min(units.length - 1, count < 1024 ? 0 : Math.floor(Math.log2(count) / 10));
  return `${trimmed(count / 1024 ** power)} ${units[power] ?? ''}`;
}

/** `1 stage`, `3 stages` */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** Kept files in words: `3 files, 1.2 MiB`. */
export function filesOf({ files, bytes: size }: KeptFiles): string {
  return `${files} ${files === 1 ? 'file' : 'files'}, ${bytes(size)}`;
}

function pair(count: number, base: number, large: string, small: string): string {
  const rest = count % base;
  return rest === 0 ? `${count / base} ${large}` : `${Math.floor(count / base)} ${large} ${rest} ${small}`;
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}
