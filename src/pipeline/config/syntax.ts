import type { ErrorCode } from 'yaml';

/**
 * Our words for what the YAML parser says. Its own messages quote the source, and with it a token
 * or a password that stands there.
 */
const WORDS: Partial<Record<ErrorCode, { message: string; hint: string }>> = {
  BAD_DIRECTIVE: { message: 'this directive is not YAML', hint: 'take the line that begins with % out' },
  BAD_DQ_ESCAPE: {
    message: 'this escape does not exist in double quotes',
    hint: 'use single quotes, or write \\\\ for a backslash',
  },
  BAD_INDENT: {
    message: 'the indentation does not fit, or a bracket is not closed',
    hint: 'close every [ and {, and give lines of one level the same indentation',
  },
  BAD_SCALAR_START: {
    message: 'text cannot begin with this character',
    hint: 'put the whole value in quotes',
  },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'a second "key: value" on one line',
    hint: 'put the value in quotes when the colon belongs to it',
  },
  BLOCK_IN_FLOW: { message: 'a block inside [ ] or { }', hint: 'close the bracket first' },
  MISSING_CHAR: {
    message: 'a quote, a bracket, a comma or a colon is missing here',
    hint: 'a key ends with a colon and a space; quotes and brackets come in pairs',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'a key without its colon',
    hint: 'write "key:" before the lines that belong to it',
  },
  TAB_AS_INDENT: { message: 'a tab as indentation', hint: 'YAML is indented by spaces only' },
  TAG_RESOLVE_FAILED: {
    message: 'this tag is not known',
    hint: 'put the value in quotes when the ! belongs to it',
  },
  UNEXPECTED_TOKEN: {
    message: 'this does not continue what stands before it',
    hint: 'look at the indentation and the quotes of this line and of the one before',
  },
};

const OTHERWISE = {
  message: 'this is not YAML',
  hint: 'look at the indentation and the quotes of this line and of the one before',
};

export function syntaxWords(code: ErrorCode): { message: string; hint: string } {
  return WORDS[code] ?? OTHERWISE;
}
