/** A quoted text; or a word, with a part in brackets behind it, as in the names of cells: `lint (node=20, os=linux)`. */
const WORD = /"([^"]*)"|'([^']*)'|([^ \t]+(?:[ \t]+\([^()]*\))?)/g;

/** Splits arguments on spaces. Quotes keep together what is between them. */
export function splitWords(text: string): readonly string[] {
  return [...text.matchAll(WORD)]
    .map(([, double, single, bare]) => (double ?? single ?? bare ?? '').replaceAll(/[ \t]+/g, ' ').trim())
    .filter((word) => word !== '');
}
