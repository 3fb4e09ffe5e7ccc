import { keepStart } from '../pipeline/wording.js';
import type { FirstCause } from './ports.js';

const LINE_CHARACTERS = 300;

/** Of a longer one its beginning and its end: a traceback says last what was wrong. */
const FEW_LINES = 18;
const FIRST_LINES = 5;

/** Lines that stand before it where there is little room. */
const FEW_BEFORE = 2;

/** The cause with the lines around it. */
export function causeExcerpt({ before, text, after }: FirstCause): string {
  return shown([...before, ...text.split('\n'), ...after]);
}

/** As much of it as is read in passing. */
export function briefExcerpt({ before, text }: FirstCause): string {
  const lines = [...before.slice(-FEW_BEFORE), ...text.split('\n')];
  const end = lines.slice(FIRST_LINES - FEW_LINES + 1);
  return shown(lines.length <= FEW_LINES ? lines : [...lines.slice(0, FIRST_LINES), '…', ...end]);
}

/** Where the page of the stage shows it. */
export function causeAddress(page: string, { line, lines }: FirstCause): string {
  return `${page}#L${line}${lines > 1 ? `-L${line + lines - 1}` : ''}`;
}

/** `line 120`, `lines 120–125` */
export function causePlace({ line, lines }: FirstCause): string {
  return lines > 1 ? `lines ${line}–${line + lines - 1}` : `line ${line}`;
}

function shown(lines: readonly string[]): string {
  return lines.map((line) => keepStart(line, LINE_CHARACTERS)).join('\n');
}
