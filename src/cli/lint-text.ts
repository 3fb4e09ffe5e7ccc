import { styleText } from 'node:util';
import type { Issue } from '../pipeline/model.js';

export interface LintedFile {
  readonly path: string;
  readonly text: string;
}

/** More of a line than a terminal shows: the caret would be far from what it points at. */
const WIDTH = 100;

/**
 * One issue with its line and a caret below:
 *
 *     caicloud.yml:14:1 warning unknown-key  "postbuild" is not a section
 *       14 | postbuild:
 *          | ^^^^^^^^^ did you mean post_build?
 */
export function issueText(file: LintedFile, issue: Issue, colour: boolean): string {
  const paint = painter(colour);
  const severity = paint(issue.severity === 'error' ? 'red' : 'yellow', issue.severity);
  const place = printable(`${file.path}:${issue.line}:${issue.column}`);
  const number = String(issue.line).padStart(4);
  const { line, caret } = excerpt(lineOf(file.text, issue.line), issue);
  const gutter = (text: string): string => paint('dim', `${text} |`);
  return [
    `${place} ${severity} ${paint('bold', issue.code)}  ${printable(issue.message)}`,
    `${gutter(number)} ${line}`,
    `${gutter(' '.repeat(number.length))} ${paint('cyan', caret)} ${printable(issue.hint)}`,
  ].join('\n');
}

type Paint = (style: 'red' | 'yellow' | 'cyan' | 'dim' | 'bold', text: string) => string;

function painter(colour: boolean): Paint {
  // The caller knows where the text goes: styleText must not look at our own stdout.
  return (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text);
}

function lineOf(text: string, line: number): string {
  return text.replace(/^\uFEFF/, '').split(/\r\n?|\n/)[line - 1] ?? '';
}

function excerpt(source: string, issue: Issue): { line: string; caret: string } {
  const shown = withoutSecrets(source);
  const from = Math.max(0, issue.column - 1);
  const to = issue.endLine === issue.line ? (issue.endColumn ?? issue.column + 1) - 1 : source.length;
  const start = from > WIDTH / 2 ? from - 20 : 0;
  const cut = shown.slice(start, start + WIDTH);
  const width = Math.max(1, Math.min(to, start + Math.max(cut.length, 1)) - from);
  return { line: printable(cut), caret: `${' '.repeat(from - start)}${'^'.repeat(width)}` };
}

/** Whoever reads a build log is not meant to read a token because its line has a mistake. */
function withoutSecrets(line: string): string {
  return line.replace(/((?:password|token|secret)\w*["']?\s*[:=]\s*)\S.*$/i, '$1***');
}

/** A file can hold what moves a terminal's cursor; a tab would move the caret. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ');
}
