/**
 * What the next line is to a block that has begun: a part of it (`deeper`: what it says begins here anew), its
 * last line, or not of it any more.
 */
export type Extent = (line: string, count: number) => 'in' | 'deeper' | 'last' | 'out';

const BLANK = /^\s*$/u;
const STACK_FRAME = /^\s+(?:at |\.\.\. \d+ (?:more|common)|Suppressed: )/u;
const CAUSED_BY = /^\s*Caused by: /u;
const GO_FRAME =
  /^(?:\s*$|goroutine \d|\[signal |\t|created by |runtime\.|[\w./*()[\]{}-]+\(.*\)$|\s+panic: )/u;

/** Lines that are indented, up to the first that is not; a blank one ends it. */
export const indented: Extent = (line) => (/^\s+\S/u.test(line) ? 'in' : 'out');

/** The same over blank lines. */
export const indentedParagraphs: Extent = (line) => (/^\s/u.test(line) || line === '' ? 'in' : 'out');

/** Up to a blank line. */
export const paragraph: Extent = (line) => (BLANK.test(line) ? 'out' : 'in');

/** Python: indented frames, and the line that names the error. */
export const pythonTraceback: Extent = (line) => {
  if (BLANK.test(line)) return 'out';
  return /^\s/u.test(line) ? 'in' : 'last';
};

/** The JVM: what caused it is said last. */
export const javaStack: Extent = (line) => {
  if (CAUSED_BY.test(line)) return 'deeper';
  return STACK_FRAME.test(line) ? 'in' : 'out';
};

/** A failed test of the JVM: what was thrown, and from where. */
export const javaTest: Extent = (line, count) => {
  if (STACK_FRAME.test(line) || CAUSED_BY.test(line)) return 'in';
  return count === 1 && !BLANK.test(line) && !line.startsWith('[') ? 'in' : 'out';
};

/** Node: frames, what was required by whom, and the properties of the error. */
export const nodeStack: Extent = (line) => (/^\s+\S|^Require stack:|^- |^\}/u.test(line) ? 'in' : 'out');

/** A compiler shows the place: the line of source, a caret, notes. */
export const sourceFrame: Extent = (line) => (/^\s+\S/u.test(line) || /: note: /u.test(line) ? 'in' : 'out');

export const goroutines: Extent = (line) => (GO_FRAME.test(line) ? 'in' : 'out');

/** Rust: the message stands below the place. */
export const rustPanic: Extent = (line) => {
  if (BLANK.test(line)) return 'out';
  return line.startsWith('note: run with') ? 'last' : 'in';
};

export const phpStack: Extent = (line) =>
  /^(?:Stack trace:|#\d+ |\s+thrown in )/u.test(line) ? 'in' : 'out';

/** What a runner of tests says of one test, up to the next test or its own end. */
export const testReport: Extent = (line) =>
  /^\s*(?:●|\d+\) )|^(?:Test Suites:|Tests:|Finished in|(?:PASS|FAIL)\b|Failed examples:|FAILURES!|-{20})/u.test(
    line,
  )
    ? 'out'
    : 'in';

/** TAP: the diagnosis is YAML between two marks. */
export const tapDiagnosis: Extent = (line) => {
  if (/^\s*\.\.\.\s*$/u.test(line)) return 'last';
  return /^\s+\S|^#/u.test(line) ? 'in' : 'out';
};

/** What pytest marks with an E. */
export const pytestError: Extent = (line) => (/^E(?:\s|$)/u.test(line) ? 'in' : 'out');

/** npm puts its own name before each line. */
export const npmLines: Extent = (line) =>
  /^npm (?:ERR!|error)/u.test(line) && !/A complete log of this run/u.test(line) ? 'in' : 'out';

/** A sanitizer's report, up to its summary. */
export const sanitizer: Extent = (line) => (line.startsWith('SUMMARY: ') ? 'last' : 'in');
