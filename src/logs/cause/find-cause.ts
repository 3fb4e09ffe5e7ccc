import { type Candidate, createCandidate, holds } from './candidate.js';
import { AROUND, type Cause, type CauseKind } from './cause.js';
import { isSuspicious, lookedAt, ruleOf } from './match.js';
import type { Rule } from './rule.js';

/** Other candidates that are kept, should the best one turn out to have been forgiven. */
const KEPT = 8;

/** Suspicious lines that the rules are asked about: among more of them nobody finds the first. */
const ASKED = 30_000;

/** A runner of tests that says that all is well has forgiven what its tests printed. */
const ALL_WELL =
  /^(?:OK(?: \(.*\))?$|ok\s+\S+\s+[\d(]|PASS$|test result: ok\.|Tests:\s+(?!.*failed).*passed|All tests? (?:passed|successful)|=+ (?!.*(?:failed|error)).*\bpassed\b.* in |\s*\d+ passing\b|\d+ examples?, 0 failures|(?:\[INFO\] )?BUILD SUCCESS|\[INFO\] Tests run: .*Failures: 0, Errors: 0|# fail 0$|\[ {2}PASSED {2}\])/u;
const NOT_WELL =
  /^(?:FAIL\b|FAILED \(|test result: FAILED|Tests:.*failed|=+ .*(?:failed|error).* in |\s*\d+ failing|\d+ examples?, [1-9]|\[ERROR\] Tests run:|# fail [1-9]|\[ {2}FAILED {2}\])/u;
const FORGIVEN_LESS = 50;
const FORGIVABLE: readonly CauseKind[] = [
  'traceback',
  'panic',
  'network',
  'error',
  'timeout',
  'shell',
  'dependency',
];

/** Looks for the cause line by line; what it keeps does not grow with the log. */
export interface CauseSearch {
  /** The next line, plain and without its line end. */
  line(text: string): void;
  /** Lines that are not looked at, but count. */
  skip(lines: number): void;
  /** The probable first cause of what was read so far. */
  found(): Cause | undefined;
}

/** @param first number of the first line */
export function createCauseSearch(first = 1): CauseSearch {
  let next = first;
  let candidates: readonly Candidate[] = [];
  let open: readonly Candidate[] = [];
  let recent: readonly string[] = [];
  /** First line since the last verdict of a runner of tests. */
  let unjudged = first;
  let asked = 0;

  /** A line that says less than all that is kept changes nothing. */
  function ask(looked: string): Rule | undefined {
    if (asked >= ASKED || !isSuspicious(looked)) return undefined;
    asked += 1;
    return ruleOf(looked, candidates.length < KEPT ? 0 : (candidates.at(-1)?.weight ?? 0));
  }

  function add(candidate: Candidate): void {
    const better = candidates.filter(({ weight }) => weight >= candidate.weight);
    if (better.length >= KEPT) return;
    const worse = candidates.filter(({ weight }) => weight < candidate.weight);
    candidates = [...better, candidate, ...worse].slice(0, KEPT);
    open = [...open, candidate].filter((one) => candidates.includes(one));
  }

  function judge(looked: string): void {
    const isWell = ALL_WELL.test(looked);
    if (!isWell && !NOT_WELL.test(looked)) return;
    if (isWell) {
      for (const candidate of candidates) {
        if (candidate.line >= unjudged && FORGIVABLE.includes(candidate.kind))
          candidate.weight -= FORGIVEN_LESS;
      }
      candidates = candidates.toSorted((a, b) => b.weight - a.weight || a.line - b.line);
    }
    unjudged = next;
  }

  return {
    line(text) {
      const looked = lookedAt(text);
      const owners = open.filter((candidate) => candidate.take(text, looked) && holds(candidate));
      open = open.filter((candidate) => !candidate.isComplete());
      const rule = ask(looked);
      if (rule !== undefined && owners.length === 0) {
        add(createCandidate(rule, next, text, recent));
      } else if (rule !== undefined) {
        // What a traceback ends with says how sure it is, and is no cause of its own.
        for (const owner of owners) owner.weight = Math.max(owner.weight, rule.weight);
        candidates = candidates.toSorted((a, b) => b.weight - a.weight || a.line - b.line);
      }
      judge(looked);
      recent = [...recent, text].slice(-AROUND);
      next += 1;
    },
    skip(lines) {
      next += lines;
      open = [];
      recent = [];
      asked = 0;
    },
    found: () => candidates[0]?.cause(),
  };
}

/** The probable first cause that these plain lines tell of. */
export function findCause(lines: Iterable<string>): Cause | undefined {
  const search = createCauseSearch();
  for (const line of lines) search.line(line);
  return search.found();
}
