import { CST, Lexer } from 'yaml';

/** The language itself nests 5 deep; anchors and flow style add a few. */
export const MAX_NESTING = 50;

/**
 * Finds brackets and `- - -` nested deeper than {@link MAX_NESTING} by their tokens alone, before
 * anything is built from them: composing a megabyte of `[` costs the parser seconds.
 * (Indentation needs no guard here: n levels take n² characters.)
 *
 * @returns the offset of the first one too deep
 */
export function findDeepNesting(text: string): number | undefined {
  let offset = 0;
  let open = 0;
  let indicators = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const type = CST.tokenType(lexeme);
    if (type === 'flow-map-start' || type === 'flow-seq-start') open++;
    else if (type === 'flow-map-end' || type === 'flow-seq-end') open = Math.max(0, open - 1);
    else if (type === 'seq-item-ind' || type === 'explicit-key-ind' || type === 'map-value-ind') indicators++;
    else if (type === 'newline') indicators = 0;
    // Inside brackets, `a: b, c: d` are neighbours and not levels.
    if (open > MAX_NESTING || (open === 0 && indicators > MAX_NESTING)) return offset;
    // Lexemes that only mark a document or a scalar's start are not in the text.
    if (!isMarker(lexeme)) offset += lexeme.length;
  }
  return undefined;
}

function isMarker(lexeme: string): boolean {
  return lexeme === CST.DOCUMENT || lexeme === CST.FLOW_END || lexeme === CST.SCALAR;
}
