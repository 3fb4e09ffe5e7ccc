import type { CheckRun } from '../fakes/github/state/model.js';

const isTerminal = process.stdout.isTTY;
const paint = (code: number, text: string): string =>
  isTerminal ? `\u001b[${String(code)}m${text}\u001b[0m` : text;

const MARKS: Readonly<Record<string, string>> = {
  success: paint(32, '✓'),
  failure: paint(31, '✗'),
  timed_out: paint(31, '✗'),
  cancelled: paint(33, '⊘'),
  skipped: paint(2, '–'),
  neutral: paint(2, '○'),
};

/** ` name       text`, one line of what the demonstration does. */
export function say(name: string, text: string): void {
  console.log(` ${name.padEnd(10)} ${text}`);
}

/** A completed check: mark, stage, duration, and the word that its log ends with. */
export function checkLine(check: CheckRun, detail: string): string {
  const { name, conclusion, startedAt, completedAt, title } = check.state;
  const stage = name.replace(/^cyclone\//, '');
  const seconds =
    startedAt === null || completedAt === null
      ? ''
      : `${((Date.parse(completedAt) - Date.parse(startedAt)) / 1000).toFixed(1)} s`;
  const took =
    conclusion === 'skipped' ? '' : (/in ([\d.]+ (?:s|min|ms))$/.exec(title ?? '')?.[1] ?? seconds);
  const words = conclusion === 'success' ? detail : (title ?? '');
  return `   ${MARKS[conclusion ?? ''] ?? '?'} ${stage.padEnd(13)} ${took.padStart(7)}   ${words}`;
}

/** What runs now, on one line that the next one replaces; nothing where output is not a terminal. */
export function progressLine(running: readonly string[]): void {
  if (isTerminal && running.length > 0) {
    process.stdout.write(`\r\u001b[K   ${paint(2, `… ${running.join(', ')}`)}`);
  }
}

export function clearProgress(): void {
  if (isTerminal) {
    process.stdout.write('\r\u001b[K');
  }
}
