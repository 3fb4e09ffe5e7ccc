/**
 * How tools of many languages begin the line that matters. Plain text, of which no more than the beginning is looked
 * at.
 */
const PATTERNS: readonly RegExp[] = [
  /^\s*--- FAIL:/u,
  /^\s*(?:FAIL|FAILED|not ok)\b/u,
  /^\s*(?:npm ERR!|E {2,}|✗|✖|✕|●) ?\S/u,
  /^(?:\S+: )?(?:fatal|panic)(?: error)?: /iu,
  /^\s*(?:\w+[.:])*\w*(?:Error|Exception)(?:\[\w+\])?: /u,
  /^\s*(?:error|ERROR)(?:\[\w+\]|:|\s)/u,
  /(?:^|[\s:)])(?:fatal )?error(?: \w+\d+)?: /iu,
  /^Traceback \(most recent call last\):/u,
  /: (?:command )?not found$/u,
];

/** Characters of a line that are looked at: the patterns must not be slow on a line of megabytes. */
export const LOOKED_AT = 300;

/** A line of plain text that says that something failed. */
export function looksLikeTrouble(line: string): boolean {
  const beginning = line.slice(0, LOOKED_AT);
  return PATTERNS.some((pattern) => pattern.test(beginning));
}

/** What every line of trouble has somewhere in it: one pass over a whole log finds the few that are worth a look. */
export const HINT = /error|fail|not ok|not found|npm err!|fatal|panic|exception|traceback|E {2}|[✗✖✕●]/gi;
