import type { Issue } from '../model.js';

/** What can be wrong with a caicloud.yml. Codes are stable: people search for them, tests assert them. */
export type IssueCode =
  /** Not YAML. */
  | 'yaml-syntax'
  | 'too-large'
  | 'too-deep'
  | 'too-many-aliases'
  | 'unknown-anchor'
  | 'multiple-documents'
  | 'invalid-utf8'
  | 'control-character'
  | 'duplicate-key'
  | 'too-many-issues'
  /** YAML, but not the language. */
  | 'empty-file'
  | 'empty-section'
  | 'empty-item'
  | 'unknown-key'
  | 'not-supported-yet'
  | 'ignored-key'
  | 'old-name'
  | 'wrong-type'
  | 'bad-value'
  | 'unbalanced-quote'
  | 'missing-key'
  | 'no-image'
  | 'too-many'
  | 'ignored-value'
  | 'outside-workspace'
  /** The language, but perhaps not what is meant. */
  | 'own-command'
  | 'changed-behaviour'
  | 'no-built-image'
  | 'unknown-service'
  | 'secret-in-file'
  /** Runs only where the server trusts the repository: the planner decides, the file cannot. */
  | 'needs-trust'
  /** What v0.2 did not have. */
  | 'empty-list'
  | 'unknown-value'
  | 'unknown-event'
  | 'bad-duration'
  | 'bad-size'
  | 'bad-glob'
  | 'bad-cron'
  | 'bad-secret-name'
  | 'bad-stage-name'
  | 'reserved-stage-name'
  | 'duplicate-stage'
  | 'unknown-stage'
  | 'needs-itself'
  | 'needs-cycle'
  | 'empty-matrix'
  | 'matrix-no-match'
  | 'too-many-cells'
  | 'too-many-stages'
  | 'only-deploy'
  | 'misplaced-key'
  | 'service-name'
  | 'unknown-placeholder'
  | 'bad-cache-path'
  /** Nothing is wrong with the file: we broke over it. */
  | 'internal';

/** A place in the file, 1-based; `endColumn` is the column after the last character. */
export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** An issue on its way to the reader: `at` becomes the flat positions of {@link Issue}. */
export interface Problem {
  readonly code: IssueCode;
  readonly severity: 'error' | 'warning';
  readonly at: Span;
  readonly message: string;
  readonly hint: string;
}

export type Report = (problem: Problem) => void;

export const START: Span = { line: 1, column: 1, endLine: 1, endColumn: 1 };

export function error(code: IssueCode, at: Span, message: string, hint: string): Problem {
  return { code, severity: 'error', at, message, hint };
}

export function warning(code: IssueCode, at: Span, message: string, hint: string): Problem {
  return { code, severity: 'warning', at, message, hint };
}

/**
 * A person reads a handful, GitHub shows 50 annotations a request, and a run stores all of them:
 * a megabyte of mistakes must not become ten megabytes of issues.
 */
const MAX_ISSUES = 200;

/** Longer than any sentence of ours with a name or two in it. */
const MAX_MESSAGE = 300;

/** Issues in the order of the file, at most {@link MAX_ISSUES}; errors are the last to be left out. */
export function toIssues(found: readonly Problem[]): readonly Issue[] {
  const problems = withoutRepeats(found);
  if (problems.length <= MAX_ISSUES) return problems.toSorted(byPlace).map(toIssue);
  const bySeverity = problems.toSorted((a, b) => rank(a) - rank(b) || byPlace(a, b));
  const shown = bySeverity.slice(0, MAX_ISSUES - 1).sort(byPlace);
  const left = bySeverity.slice(MAX_ISSUES - 1);
  const last = shown.at(-1)?.at ?? START;
  const severity = left.some((problem) => problem.severity === 'error') ? 'error' : 'warning';
  const more: Problem = {
    code: 'too-many-issues',
    severity,
    at: last,
    message: `${left.length} more issues are not shown`,
    hint: 'mend the first ones, then look again',
  };
  return [...shown, more].map(toIssue);
}

/** What parts share, and what an alias repeats, is read once for each. */
function withoutRepeats(problems: readonly Problem[]): readonly Problem[] {
  const seen = new Map<string, Problem>();
  for (const problem of problems) {
    const { code, at, message } = problem;
    const key = `${at.line}:${at.column} ${code} ${message}`;
    if (!seen.has(key)) seen.set(key, problem);
  }
  return [...seen.values()];
}

function rank(problem: Problem): number {
  return problem.severity === 'error' ? 0 : 1;
}

function byPlace(a: Problem, b: Problem): number {
  return a.at.line - b.at.line || a.at.column - b.at.column;
}

function toIssue({ code, severity, at, message, hint }: Problem): Issue {
  const { line, column, endLine, endColumn } = at;
  return { code, severity, message: oneLine(message), hint: oneLine(hint), line, column, endLine, endColumn };
}

/** Messages quote the file, where a key may be a megabyte long or hold a terminal's control codes. */
function oneLine(text: string): string {
  const line = text.slice(0, MAX_MESSAGE).replaceAll(/\p{Cc}+/gu, ' ');
  return text.length <= MAX_MESSAGE ? line : `${line}…`;
}
