import { keepStart } from '../pipeline/wording.js';

/** How tools of many languages begin the line that matters. */
const ERROR_LINE = [
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

const AROUND = 5;
const LINE_CHARACTERS = 300;

/**
 * The first line that looks like an error, with five lines before and after; undefined when there is
 * none, or when the log is so short that its end shows it anyway.
 */
export function firstError(log: string): string | undefined {
  const lines = log.split('\n');
  if (lines.length <= 4 * AROUND) {
    return undefined;
  }
  const at = lines.findIndex((line) =>
    ERROR_LINE.some((pattern) => pattern.test(keepStart(line, LINE_CHARACTERS))),
  );
  return at < 0
    ? undefined
    : lines
        .slice(Math.max(0, at - AROUND), at + AROUND + 1)
        .map((line) => keepStart(line, LINE_CHARACTERS))
        .join('\n');
}
