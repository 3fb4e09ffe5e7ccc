import type { SearchJson } from '../../log-protocol.js';

/** What was found by now. */
export interface Found {
  /** Ascending. */
  readonly lines: readonly number[];
  /** Lines found, also those that are not named. */
  readonly count: number;
  readonly isDone: boolean;
}

export const NOTHING_FOUND: Found = { lines: [], count: 0, isDone: true };

/** Gives what was found whenever it is more. @param chunks newline-delimited JSON, cut anywhere */
export async function* readFound(chunks: AsyncIterable<string>): AsyncGenerator<Found, void> {
  const lines: number[] = [];
  let rest = '';
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    let last: SearchJson | undefined;
    for (const part of parts) {
      if (part === '') continue;
      last = JSON.parse(part) as SearchJson;
      for (const line of last.lines) lines.push(line);
    }
    if (last) yield { lines, count: last.count, isDone: last.done };
  }
}

/** A body as text, while it comes. Not by `for await`: Safari cannot iterate a stream. */
export async function* textOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield decoder.decode(value, { stream: true });
    }
  } finally {
    reader.releaseLock();
  }
}

/** The next one after the line, or before it; beyond the last one it begins anew. Undefined: there is none. */
export function nextOf(lines: readonly number[], line: number, direction: 1 | -1): number | undefined {
  if (direction === 1) return lines[countUpTo(lines, line)] ?? lines[0];
  return lines[countUpTo(lines, line - 1) - 1] ?? lines.at(-1);
}

/** How many of the ascending numbers are not greater. */
export function countUpTo(lines: readonly number[], line: number): number {
  let low = 0;
  let high = lines.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((lines[middle] ?? 0) <= line) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** `line 17 of 3,204`, as the search field says it. */
export function foundWords({ lines, count, isDone }: Found, line: number | undefined): string {
  const counted = `${count.toLocaleString('en')} ${count === 1 ? 'line' : 'lines'}`;
  if (!isDone) return `${counted}, searching`;
  if (count === 0) return 'not found';
  const position = line === undefined ? 0 : countUpTo(lines, line);
  const isOn = position > 0 && lines[position - 1] === line;
  return isOn ? `${position.toLocaleString('en')} of ${counted}` : counted;
}

/** Where the text stands in a line that is shown: pairs of begin and end. */
export function occurrences(
  text: string,
  query: string,
  isCaseSensitive: boolean,
): readonly (readonly [number, number])[] {
  if (query === '') return [];
  const pattern = new RegExp(
    query.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`),
    isCaseSensitive ? 'gu' : 'giu',
  );
  return Array.from(text.matchAll(pattern), ({ index, 0: { length } }) => [index, index + length] as const);
}
