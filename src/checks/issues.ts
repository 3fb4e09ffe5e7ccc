import type { Issue } from '../pipeline/model.js';
import { keepStart } from '../pipeline/wording.js';
import { keepLines, OUTPUT_BYTES, TITLE_CHARACTERS } from './cut.js';
import { fenced } from './markdown.js';
import type { Annotation } from './ports.js';
import { oneLine } from './terminal.js';

const FILE = 'caicloud.yml';

/** Five requests' worth at 50 a request; the text of the check lists the rest. */
const MAX_ANNOTATIONS = 250;

/** Room for the fence around the list. */
const FENCE_BYTES = 1024;

/** Errors first: they are what stops the run. */
export function issueAnnotations(issues: readonly Issue[]): readonly Annotation[] {
  return bySeverity(issues).slice(0, MAX_ANNOTATIONS).map(annotation);
}

/** Every problem of the file with its place; undefined when there is none. */
export function issueText(issues: readonly Issue[]): string | undefined {
  if (issues.length === 0) {
    return undefined;
  }
  const lines = bySeverity(issues).flatMap((issue) => [
    `${FILE}:${issue.line}:${issue.column} ${issue.severity} ${issue.code}  ${harmless(issue.message)}`,
    ...(issue.hint === '' ? [] : [`  ${harmless(issue.hint)}`]),
  ]);
  return fenced(keepLines(lines, OUTPUT_BYTES - FENCE_BYTES, (left) => `… and ${left} more lines`));
}

function annotation(issue: Issue): Annotation {
  const endLine = Math.max(issue.line, issue.endLine ?? issue.line);
  return {
    path: FILE,
    startLine: issue.line,
    endLine,
    ...(endLine === issue.line ? columns(issue) : {}),
    level: issue.severity === 'error' ? 'failure' : 'warning',
    title: keepStart(oneLine(issue.code), TITLE_CHARACTERS),
    message: [issue.message, issue.hint].map(oneLine).filter(Boolean).join('\n'),
  };
}

/** GitHub takes columns only when an annotation is on one line; its last column is included. */
function columns(issue: Issue): { startColumn: number; endColumn: number } {
  const after = issue.endColumn ?? issue.column + 1;
  return { startColumn: issue.column, endColumn: Math.max(issue.column, after - 1) };
}

/** Short enough ticks that the fence around them stays short. */
function harmless(text: string): string {
  return keepStart(oneLine(text), 1000).replace(/`{100,}/gu, (ticks) => ticks.slice(0, 100));
}

function bySeverity(issues: readonly Issue[]): readonly Issue[] {
  const errors = issues.filter((issue) => issue.severity === 'error');
  return [...errors, ...issues.filter((issue) => issue.severity === 'warning')];
}
