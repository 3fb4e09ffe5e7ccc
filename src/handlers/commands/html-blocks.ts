/** Blocks of HTML in Markdown: https://spec.commonmark.org/0.31.2/#html-blocks */

/** Kinds 1 to 5, which end with a text of their own, over blank lines; and whose content nobody reads as words. */
const CLOSED: readonly (readonly [RegExp, RegExp])[] = [
  [/^ {0,3}<!--/, /-->/],
  [/^ {0,3}<(?:pre|script|style|textarea)(?=[\s>]|$)/i, /<\/(?:pre|script|style|textarea)>/i],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![A-Za-z]/, />/],
];

/** Kind 6: such a tag begins a block wherever it stands. */
const BLOCK_TAGS = new Set(
  `address article aside base basefont blockquote body caption center col colgroup dd details dialog dir div dl dt
  fieldset figcaption figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe legend li link
  main menu menuitem nav noframes ol optgroup option p param search section summary table tbody td tfoot th thead
  title tr track ul`.split(/\s+/),
);

/** Kind 7: any other tag, alone on its line; it does not interrupt a paragraph. */
const TAG_ALONE = /^ {0,3}<(?:\/[A-Za-z][A-Za-z0-9-]*\s*|[A-Za-z][A-Za-z0-9-]*(?:\s[^<>]*)?\/?)>\s*$/;

/** What ends the block that begins with this line; undefined: none begins. */
export function closedBlock(line: string): RegExp | undefined {
  return CLOSED.find(([begins]) => begins.test(line))?.[1];
}

/** Whether a block begins that goes on until a blank line, and in which there is no Markdown. */
export function beginsOpenBlock(line: string, inParagraph: boolean): boolean {
  const name = /^ {0,3}<\/?([A-Za-z][A-Za-z0-9]*)(?=[\s>]|\/>|$)/.exec(line)?.[1];
  if (name !== undefined && BLOCK_TAGS.has(name.toLowerCase())) return true;
  return !inParagraph && TAG_ALONE.test(line);
}
