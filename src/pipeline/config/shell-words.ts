export type ShellWords =
  | { readonly ok: true; readonly words: readonly string[] }
  /** `open` is what was never closed: a quote, or a backslash with nothing after it. */
  | { readonly ok: false; readonly open: "'" | '"' | '\\' };

/** Inside double quotes a backslash escapes these only (POSIX shell, 2.2.3); elsewhere it stays. */
const ESCAPED_IN_DOUBLE_QUOTES = new Set(['$', '`', '"', '\\', '\n']);

/**
 * Splits a string into words as a POSIX shell does: quotes, backslashes, comments. Nothing is
 * expanded and operators are ordinary characters, because no shell reads the words afterwards.
 */
export function shellWords(text: string): ShellWords {
  const words: string[] = [];
  let word: string | undefined;
  let at = 0;

  while (at < text.length) {
    const char = text.charAt(at++);
    if (/[ \t\r\n]/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (char === '#' && word === undefined) {
      const end = text.indexOf('\n', at);
      at = end === -1 ? text.length : end;
    } else if (char === '\\') {
      if (at === text.length) return { ok: false, open: '\\' };
      const escaped = text.charAt(at++);
      if (escaped !== '\n') word = (word ?? '') + escaped;
    } else if (char === "'") {
      const end = text.indexOf("'", at);
      if (end === -1) return { ok: false, open: "'" };
      word = (word ?? '') + text.slice(at, end);
      at = end + 1;
    } else if (char === '"') {
      const quoted = doubleQuoted(text, at);
      if (quoted === undefined) return { ok: false, open: '"' };
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else {
      word = (word ?? '') + char;
    }
  }
  if (word !== undefined) words.push(word);
  return { ok: true, words };
}

/** @returns the text up to the closing quote and the index after it; undefined when it never closes */
function doubleQuoted(source: string, start: number): { text: string; end: number } | undefined {
  let text = '';
  for (let at = start; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === '"') return { text, end: at + 1 };
    const next = source.charAt(at + 1);
    if (char === '\\' && ESCAPED_IN_DOUBLE_QUOTES.has(next)) {
      if (next !== '\n') text += next;
      at++;
    } else {
      text += char;
    }
  }
  return undefined;
}
