import { AROUND, type Cause, type CauseKind, CONSEQUENCE, MOST_LINES } from './cause.js';
import { type Extent, javaStack, pythonTraceback } from './extents.js';
import type { Rule } from './rule.js';

/** A longer line is cut where it is shown. */
const LINE_CHARACTERS = 1000;

/** A stack whose cause has not been told after so many lines has none. */
const MOST_READ = 1000;

/** Lines that may be the cause, while they are read. */
export interface Candidate {
  readonly kind: CauseKind;
  readonly line: number;
  weight: number;
  /** @returns whether the line belongs to it; @param looked as the rules look at it */
  take(line: string, looked: string): boolean;
  /** It has all that belongs to it, and what stands around it. */
  isComplete(): boolean;
  cause(): Cause;
}

const ALONE: Extent = () => 'out';

export function createCandidate(rule: Rule, at: number, text: string, before: readonly string[]): Candidate {
  const { kind, extent = ALONE } = rule;
  let first = at;
  let lead = [...before];
  let block = [cut(text)];
  let after: string[] = [];
  let read = 1;
  let isOpen = true;

  /** Python says last what was wrong: of a long traceback its end is kept. */
  function push(line: string): void {
    block.push(cut(line));
    if (block.length > MOST_LINES && extent === pythonTraceback) {
      lead = [...lead, block.shift() ?? ''].slice(-AROUND);
      first += 1;
    }
  }

  function takeOpen(line: string, looked: string): boolean {
    const what = extent(looked, read);
    const goesOn = extent === pythonTraceback || extent === javaStack;
    const isFull = goesOn ? read >= MOST_READ : block.length >= MOST_LINES;
    if (what === 'out' || isFull) {
      isOpen = false;
      return false;
    }
    isOpen = what !== 'last';
    if (what === 'deeper') {
      lead = [...lead, ...block].slice(-AROUND);
      first = at + read;
      block = [cut(line)];
    } else if (block.length < MOST_LINES || extent === pythonTraceback) {
      push(line);
    }
    read += 1;
    return true;
  }

  return {
    kind,
    line: at,
    weight: rule.weight,
    take(line, looked) {
      if (isOpen && takeOpen(line, looked)) return true;
      after = after.length < AROUND ? [...after, cut(line)] : after;
      return false;
    },
    isComplete: () => !isOpen && after.length === AROUND,
    cause() {
      const end = block.findLastIndex((line) => line.trim() !== '') + 1;
      const shown = block.slice(0, end);
      return {
        kind,
        line: first,
        lines: shown.length,
        text: shown.join('\n'),
        before: lead,
        after: [...block.slice(end), ...after].slice(0, AROUND),
        confidence: Math.max(0, this.weight),
      };
    },
  };
}

/** What a block holds is said by it; what is only a consequence holds nothing. */
export function holds({ weight }: Candidate): boolean {
  return weight > CONSEQUENCE;
}

function cut(line: string): string {
  return line.length > LINE_CHARACTERS ? `${line.slice(0, LINE_CHARACTERS)}…` : line;
}
