import { oneLine } from './terminal.js';

/** Breaks up what GitHub links or notifies by itself, wherever a backslash is of no use. */
const BREAK = '\u200b';

/**
 * Words that others wrote, as text of one line: nothing in them is Markdown, HTML, a mention, a link
 * or the end of a table's cell.
 */
export function prose(text: string): string {
  return oneLine(text)
    .replace(/[\\`*[\]<>~&$]/gu, '\\$&')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/[@#](?=[\p{L}\p{N}])/gu, `$&${BREAK}`)
    .replaceAll('://', `:${BREAK}//`)
    .replace(/\b(www)\./giu, `$1${BREAK}.`)
    .replace(/\b(GH)-(?=\d)/giu, `$1${BREAK}-`)
    .replaceAll('|', '&#124;');
}

/** A code span for a table's cell. There a pipe ends the cell even inside code, unless escaped. */
export function codeCell(text: string): string {
  const content = oneLine(text)
    .replace(/\\(?=\|)/gu, `\\${BREAK}`)
    .replaceAll('|', '\\|');
  const ticks = '`'.repeat(longestRun(content, '`') + 1);
  return content === '' ? '' : `${ticks}${padded(content)}${ticks}`;
}

/** A link to an address of our own. */
export function link(text: string, url: string): string {
  return `[${prose(text)}](<${url.replace(/[<>|\\\s]/gu, encodeURIComponent)}>)`;
}

/** Cells are Markdown of one line. */
export function row(...cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

/** Text of any lines, shown as it is. */
export function fenced(text: string): string {
  const fence = '`'.repeat(Math.max(3, longestRun(text, '`') + 1));
  return `${fence}text\n${text}\n${fence}`;
}

function longestRun(text: string, character: string): number {
  return (text.match(new RegExp(`${character}+`, 'gu')) ?? []).reduce(
    (max, run) => Math.max(max, run.length),
    0,
  );
}

/** A space is stripped from both ends of a code span; without it, ticks at the ends would join the fence. */
function padded(content: string): string {
  return content.startsWith('`') || content.endsWith('`') ? ` ${content} ` : content;
}
