import type { LogId } from '../logs/ports.js';
import { type Search, searchLog } from '../logs/search.js';
import type { Room } from './context.js';
import type { SearchJson } from './log-protocol.js';

/** Between two answers while more is found, in milliseconds. */
const PACE_MS = 100;

/** {@link SearchJson}, one a line: the first as soon as something is found, the last one says that it is all. */
export async function* searchAnswers(
  { archive, clock }: Pick<Room, 'archive' | 'clock'>,
  log: LogId,
  search: Search,
  signal: AbortSignal,
): AsyncGenerator<Buffer, void> {
  let lines: number[] = [];
  let [count, scanned] = [0, 0];
  let said = Number.NEGATIVE_INFINITY;
  for await (const found of searchLog(archive, log, search, { signal })) {
    lines = lines.concat(found.lines);
    ({ count, scanned } = found);
    const now = clock.now();
    if (count === 0 || now - said < PACE_MS) continue;
    yield answer({ lines, count, scanned, done: false });
    [lines, said] = [[], now];
  }
  if (!signal.aborted) yield answer({ lines, count, scanned, done: true });
}

function answer(json: SearchJson): Buffer {
  return Buffer.from(`${JSON.stringify(json)}\n`);
}
