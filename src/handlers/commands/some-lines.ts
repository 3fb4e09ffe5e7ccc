/** More than anybody reads in a comment; the checks and pages have them all. */
const MOST_LINES = 20;

/** The first of them, and how many there are more. */
export function someLines(lines: readonly string[]): readonly string[] {
  const left = lines.length - MOST_LINES;
  return left <= 1 ? lines : [...lines.slice(0, MOST_LINES), `and ${String(left)} more`];
}
