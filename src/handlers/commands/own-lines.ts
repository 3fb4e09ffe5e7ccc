import { createConcealment } from './concealment.js';
import { beginsOpenBlock, closedBlock } from './html-blocks.js';

/** GitHub's longest comment, in characters. */
const LONGEST = 65_536;

/** https://spec.commonmark.org/0.31.2/#fenced-code-blocks */
interface Fence {
  readonly mark: string;
  readonly length: number;
  /** Columns that its lines are indented by in a list: one with fewer ends the list, and the fence with it. */
  readonly indent: number;
}

/**
 * The lines of a comment that its author says, as GitHub shows it: not code, not a quote and what a quote goes on
 * with, not folded, struck out or hidden in HTML. In doubt a line is left out.
 */
export function ownLines(comment: string): readonly string[] {
  const concealment = createConcealment();
  const own: string[] = [];
  let paragraph: string[] = [];
  let fence: Fence | undefined;
  let until: RegExp | undefined;
  let raw = false;
  let quoted = false;

  const flush = (): void => {
    const shown = concealment.read(paragraph, raw);
    own.push(...paragraph.filter((_, index) => shown[index]));
    paragraph = [];
    raw = false;
    quoted = false;
  };

  /** Whether the line is part of a block that an earlier one began, and in which nobody speaks. */
  const goesOn = (line: string): boolean => {
    if (fence !== undefined) {
      const left = !BLANK.test(line) && indentOf(line) < fence.indent;
      if (left || closes(fence, line)) fence = undefined;
      return !left;
    }
    if (until === undefined) return false;
    if (until.test(line)) until = undefined;
    return true;
  };

  const begin = (line: string): void => {
    const end = closedBlock(line);
    fence = fenceOf(line);
    if (fence !== undefined) {
      flush();
    } else if (end !== undefined) {
      flush();
      until = end.test(line) ? undefined : end;
    } else if (/^ {0,3}>/.test(line)) {
      flush();
      quoted = true;
    } else if (beginsOpenBlock(line, paragraph.length > 0)) {
      flush();
      raw = true;
      paragraph.push(line);
    } else if (!quoted && (paragraph.length > 0 || indentOf(line) < 4)) {
      paragraph.push(line);
    }
  };

  for (const line of comment.slice(0, LONGEST).split(/\r\n|\r|\n/)) {
    if (goesOn(line)) continue;
    if (BLANK.test(line)) flush();
    else if (raw) paragraph.push(line);
    else begin(line);
  }
  flush();
  return own;
}

const BLANK = /^[ \t]*$/;

function fenceOf(line: string): Fence | undefined {
  const match = /^( {0,3}(?:[-+*]|\d{1,9}[.)]) {1,4})? {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
  const [, list = '', run = '', info = ''] = match ?? [];
  const mark = run.charAt(0);
  const isNone = mark === '' || (mark === '`' && info.includes('`'));
  return isNone ? undefined : { mark, length: run.length, indent: list.length };
}

function closes({ mark, length, indent }: Fence, line: string): boolean {
  const run = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(line.slice(indent))?.[1] ?? '';
  return run.startsWith(mark) && run.length >= length;
}

/** In columns. https://spec.commonmark.org/0.31.2/#tabs */
function indentOf(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === ' ') columns += 1;
    else if (character === '\t') columns += 4 - (columns % 4);
    else break;
  }
  return columns;
}
