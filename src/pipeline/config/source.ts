import { LineCounter, parseDocument, type YAMLError } from 'yaml';
import { error, type IssueCode, type Problem, type Report, type Span, START, warning } from './issues.js';
import { syntaxWords } from './syntax.js';
import { findExcess, MAX_NESTING, MAX_TOKENS } from './tokens.js';
import { type Node, toTree } from './tree.js';

/** A pipeline file of a thousand lines is 30 KB; a megabyte is a mistake or an attack. */
export const MAX_BYTES = 1024 * 1024;

export const TOO_LARGE: Problem = error(
  'too-large',
  START,
  'the file is larger than 1 MB',
  'move long scripts into files of their own',
);

/** What YAML 1.1 (and Cyclone v0.2's reader) does not allow as a plain character. */
// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

export interface Source {
  readonly root: Node;
  /** First line that is a guess because of a syntax error; Infinity when there is none. */
  readonly guessedFrom: number;
}

/**
 * Reads YAML as Cyclone v0.2 did: version 1.1 (`yes` is true), the first document, merge keys.
 *
 * @returns undefined when it cannot be read at all; what could be read of a file with mistakes
 */
export function readSource(raw: string, report: Report): Source | undefined {
  const text = raw.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
  const unreadable = findUnreadable(text);
  if (unreadable !== undefined) {
    report(unreadable);
    return undefined;
  }
  const damaged = text.indexOf('\uFFFD');
  if (damaged !== -1) {
    report(
      warning(
        'invalid-utf8',
        spanAt(text, damaged),
        'this is not UTF-8',
        'save the file with the encoding UTF-8',
      ),
    );
  }

  const lines = new LineCounter();
  const document = parseDocument(text, {
    version: '1.1',
    lineCounter: lines,
    prettyErrors: false,
    // Of equal keys the last counts, as in v0.2; tree.ts finds them without comparing all with all.
    uniqueKeys: false,
  });
  const span = (start: number, end: number): Span => toSpan(lines, start, trimEnd(text, start, end));
  const guessedFrom = reportSyntax(document.errors, document.warnings, span, report);
  return { root: toTree(document.contents, span, reliable(guessedFrom, report)), guessedFrom };
}

/** What is missing may only be missing because a syntax error hides it. */
const OF_ABSENCE: readonly IssueCode[] = [
  'empty-file',
  'empty-section',
  'missing-key',
  'no-built-image',
  'no-image',
  'own-command',
];

/** Passes on what was read and not guessed: mistakes found in a guess would be ours. */
export function reliable(guessedFrom: number, report: Report): Report {
  if (guessedFrom === Infinity) return report;
  return (problem) => {
    if (problem.at.line < guessedFrom && !OF_ABSENCE.includes(problem.code)) report(problem);
  };
}

function findUnreadable(text: string): Problem | undefined {
  if (text.length > MAX_BYTES || new TextEncoder().encode(text).length > MAX_BYTES) return TOO_LARGE;
  const control = CONTROL.exec(text);
  if (control !== null) {
    const code = control[0].charCodeAt(0).toString(16).padStart(2, '0');
    return error(
      'control-character',
      spanAt(text, control.index),
      `the control character 0x${code} stands here`,
      'take it out; in double quotes, "\\x.." stands for one',
    );
  }
  const excess = findExcess(text);
  if (excess === undefined) return undefined;
  const at = spanAt(text, excess.offset);
  return excess.of === 'nesting'
    ? tooDeep(at)
    : error(
        'too-large',
        at,
        `the file has more than ${MAX_TOKENS} words and marks`,
        'move what repeats into scripts of the repository',
      );
}

/** @returns the line of the first syntax error, Infinity when there is none */
function reportSyntax(
  errors: readonly YAMLError[],
  warnings: readonly YAMLError[],
  span: (start: number, end: number) => Span,
  report: Report,
): number {
  // One slip gives several errors in one line: the first names it.
  const lines = new Set<number>();
  for (const { code, pos } of errors) {
    const at = span(...pos);
    if (lines.has(at.line)) continue;
    lines.add(at.line);
    const { message, hint } = syntaxWords(code);
    if (code === 'MULTIPLE_DOCS') {
      report(
        warning(
          'multiple-documents',
          at,
          'a second document begins here; only the first is read',
          'take out the line "---" and what follows it, or make it one document',
        ),
      );
      lines.delete(at.line);
    } else if (code === 'RESOURCE_EXHAUSTION') {
      report(tooDeep(at));
    } else {
      report(error('yaml-syntax', at, message, hint));
    }
  }
  for (const { code, pos } of warnings) {
    // A closing bracket as far left as its key: v0.2's reader takes it, and so do we.
    if (code === 'BAD_INDENT') continue;
    const { message, hint } = syntaxWords(code);
    report(warning('yaml-syntax', span(...pos), message, hint));
  }
  return Math.min(...lines);
}

function tooDeep(at: Span): Problem {
  return error(
    'too-deep',
    at,
    `nested deeper than ${MAX_NESTING} levels`,
    'caicloud.yml nests 5 levels at most',
  );
}

/** The parser lets a block end where the next one begins, lines below its last word. */
function trimEnd(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && /\s/.test(text.charAt(last - 1))) last--;
  return last;
}

function spanAt(text: string, offset: number): Span {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) {
    lines.addNewLine(at + 1);
  }
  return toSpan(lines, offset, offset + 1);
}

function toSpan(lines: LineCounter, start: number, end: number): Span {
  // Before any line is counted, and for an empty file, the counter says line 0.
  const from = lines.linePos(start);
  const to = lines.linePos(Math.max(start, end));
  const line = Math.max(1, from.line);
  const column = Math.max(1, from.col);
  return { line, column, endLine: Math.max(line, to.line), endColumn: Math.max(1, to.col) };
}
