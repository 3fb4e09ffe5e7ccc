import type { SectionJson } from '../../log-protocol.js';

/** Lines that are shown as rows: those of folded sections are left out, but for their headings. Rows are from 0. */
export interface Folding {
  readonly rows: number;
  /** Of a row that is there. */
  readonly lineAt: (row: number) => number;
  /** Of a line, or of the heading under which it is folded. */
  readonly rowOf: (line: number) => number;
  readonly isHidden: (line: number) => boolean;
}

/** Lines that are not shown. */
interface Gap {
  readonly from: number;
  readonly until: number;
  /** Lines that are hidden before it. */
  readonly before: number;
}

export function foldLines(total: number, folded: Iterable<SectionJson>): Folding {
  const gaps = gapsOf([...folded], total);
  const last = gaps.at(-1);
  const hidden = last === undefined ? 0 : last.before + last.until - last.from + 1;
  /** The last gap for which it holds; they hold up to one and not from there on. */
  const lastGap = (holds: (gap: Gap) => boolean): Gap | undefined => {
    let low = 0;
    let high = gaps.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const gap = gaps[middle];
      if (gap !== undefined && holds(gap)) low = middle + 1;
      else high = middle;
    }
    return gaps[low - 1];
  };
  return {
    rows: Math.max(0, total - hidden),
    lineAt: (row) => {
      const gap = lastGap(({ from, before }) => from - before - 1 <= row);
      return gap === undefined ? row + 1 : row + 1 + gap.before + gap.until - gap.from + 1;
    },
    rowOf: (line) => {
      const gap = lastGap(({ from }) => from <= line);
      if (gap === undefined) return line - 1;
      if (line <= gap.until) return gap.from - 2 - gap.before;
      return line - 1 - gap.before - (gap.until - gap.from + 1);
    },
    isHidden: (line) => {
      const gap = lastGap(({ from }) => from <= line);
      return gap !== undefined && line <= gap.until;
    },
  };
}

function gapsOf(folded: SectionJson[], total: number): readonly Gap[] {
  const gaps: Gap[] = [];
  let hidden = 0;
  for (const { line, until } of folded.sort((a, b) => a.line - b.line)) {
    const from = Math.max(line + 1, (gaps.at(-1)?.until ?? 0) + 1);
    const end = Math.min(until, total);
    if (end < from) continue;
    gaps.push({ from, until: end, before: hidden });
    hidden += end - from + 1;
  }
  return gaps;
}

/** A log that fits about two screens is not made shorter. */
const SHORT = 100;

/**
 * Whether a section begins folded: it passed, and there is something else to look at. What Cyclone says at the end
 * is always read.
 */
export function beginsFolded(section: SectionJson, lines: number): boolean {
  return (
    section.state === 'passed' && section.kind !== 'end' && lines > SHORT && section.until > section.line
  );
}
