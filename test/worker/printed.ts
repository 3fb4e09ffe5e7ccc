import type { LogMark, LogStamp } from '../../src/logs/ports.js';
import type { LogPiece } from '../../src/worker/ports.js';

/** A log as it is read: pieces put together, offsets counted from its beginning. */
export interface Printed {
  readonly text: string;
  readonly stamps: readonly LogStamp[];
  readonly marks: readonly LogMark[];
}

export function printed(pieces: readonly LogPiece[]): Printed {
  let before = 0;
  const stamps: LogStamp[] = [];
  const marks: LogMark[] = [];
  for (const piece of pieces) {
    const start = before;
    stamps.push(...(piece.stamps ?? []).map((stamp) => ({ ...stamp, offset: start + stamp.offset })));
    marks.push(...(piece.marks ?? []).map((mark) => ({ ...mark, offset: start + mark.offset })));
    before += piece.bytes.length;
  }
  return { text: Buffer.concat(pieces.map(({ bytes }) => bytes)).toString('latin1'), stamps, marks };
}

/** `kind number: the line that it begins with`, of an end `end 1 (exit): …`. */
export function headings({ text, marks }: Printed): readonly string[] {
  return marks.map(({ kind, number, offset, exitCode }) => {
    const exit = exitCode === undefined ? '' : ` (${exitCode})`;
    return `${kind} ${number}${exit}: ${text.slice(offset).split('\n', 1)[0] ?? ''}`;
  });
}

/** Who printed each line, and when: `stderr 20: its text`. */
export function authors({ text, stamps }: Printed): readonly string[] {
  let offset = 0;
  return text
    .split(/(?<=\n)/)
    .filter((line) => line !== '')
    .map((line) => {
      const start = offset;
      const stamp = stamps.findLast((one) => one.offset <= start);
      offset += line.length;
      return `${stamp?.stream ?? 'nobody'} ${stamp?.at ?? '?'}: ${line.replace('\n', '')}`;
    });
}
