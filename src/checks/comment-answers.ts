import { keepStart } from '../pipeline/wording.js';
import { keepLines } from './cut.js';
import { codeCell, prose } from './markdown.js';
import type { Answer } from './ports.js';
import { oneLine } from './terminal.js';

const COMMAND_CHARACTERS = 200;
const LINE_CHARACTERS = 500;
const ANSWER_BYTES = 6_000;

/** The newest answers that fit, the newest first. */
export function answerSections(answers: readonly Answer[], most: number): readonly string[] {
  const sections: string[] = [];
  let left = most;
  for (const answer of answers.toReversed()) {
    const section = answerSection(answer);
    left -= Buffer.byteLength(section) + 2;
    if (left < 0) break;
    sections.push(section);
  }
  return sections.length === 0 ? [] : ['---', ...sections];
}

function answerSection({ by, command, words }: Answer): string {
  const lines = words.split('\n').map((line) => text(keepStart(line, LINE_CHARACTERS)));
  const asked = `**${prose(by)}** asked ${codeCell(keepStart(oneLine(command), COMMAND_CHARACTERS))}`;
  // Two spaces at the end of a line: the next one begins below it.
  return [asked, keepLines(lines, ANSWER_BYTES, (left) => `… and ${left} more lines`)]
    .join('\n')
    .replaceAll('\n', '  \n');
}

/** A line by itself: what would make it a heading, a list or a rule is text. */
function text(line: string): string {
  return prose(line)
    .replace(/^[-+=#]/u, '\\$&')
    .replace(/^(\d+)([.)])/u, '$1\\$2');
}
