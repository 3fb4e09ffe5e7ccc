import { CST, Lexer } from 'yaml';

/** The language itself nests 5 deep; anchors and flow style add a few. */
export const MAX_NESTING = 50;

/**
 * The parser takes about 10 µs a token, and nothing else runs meanwhile: a second at most. A file of
 * five thousand lines has half as many; long scripts are one token each.
 */
export const MAX_TOKENS = 100_000;

export interface Excess {
  readonly of: 'nesting' | 'tokens';
  /** Offset of the first token too much. */
  readonly offset: number;
}

/**
 * Finds by tokens alone, before anything is built from them, what would cost the parser seconds:
 * a megabyte of `[`, of `- `, or of `a: `. (Indentation needs no guard: n levels take n² characters.)
 */
export function findExcess(text: string): Excess | undefined {
  let offset = 0;
  let tokens = 0;
  let open = 0;
  let indicators = 0;
  for (const lexeme of new Lexer().lex(text)) {
    const type = CST.tokenType(lexeme);
    if (type === 'flow-map-start' || type === 'flow-seq-start') open++;
    else if (type === 'flow-map-end' || type === 'flow-seq-end') open = Math.max(0, open - 1);
    else if (type === 'newline') indicators = 0;
    // Inside brackets, `a: b, c: d` are neighbours and not levels.
    else if (open === 0 && isIndicator(type)) indicators++;
    if (open > MAX_NESTING || indicators > MAX_NESTING) return { of: 'nesting', offset };
    if (++tokens > MAX_TOKENS) return { of: 'tokens', offset };
    // Lexemes that only mark a document or a scalar's start are not in the text.
    if (lexeme !== CST.DOCUMENT && lexeme !== CST.FLOW_END && lexeme !== CST.SCALAR) offset += lexeme.length;
  }
  return undefined;
}

function isIndicator(type: CST.TokenType | null): boolean {
  return type === 'seq-item-ind' || type === 'explicit-key-ind' || type === 'map-value-ind';
}
