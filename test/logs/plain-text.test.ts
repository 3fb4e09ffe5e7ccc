import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { plainText } from '../../src/logs/plain-text.js';

describe('plainText', () => {
  test.each([
    ['colours', '\x1b[1;31mFAIL\x1b[0m x', 'FAIL x'],
    ['256 and true colours', '\x1b[38;5;208ma\x1b[38:2::1:2:3mb\x1b[m', 'ab'],
    ['cursor movements', 'a\x1b[2K\x1b[1Gb\x1b[?25lc', 'abc'],
    ['a link, ended by BEL', '\x1b]8;;http://x\x07text\x1b]8;;\x07', 'text'],
    ['a link, ended by ST', '\x1b]8;;http://x\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['a title that is never ended', '\x1b]0;title\nnext', '\nnext'],
    ['a sequence that is never ended', 'a\x1b[31', 'a'],
    ['a character set', '\x1b(Ba\x1b=b', 'ab'],
    ['an escape at the end', 'a\x1b', 'a'],
    ['Windows line ends', 'a\r\nb\r\r\nc', 'a\nb\nc'],
    ['progress', '10%\r20%\r', '10%\n20%\n'],
    ['tabs and wide characters', '\tä 🌀 漢', '\tä 🌀 漢'],
    ['turned text', '\u2066x\u2069', '<U+2066>x<U+2069>'],
  ])('%s', (_name, printed, text) => {
    expect(plainText(printed)).toBe(text);
  });

  test('leaves nothing that a terminal or a reader would obey', () => {
    const unit = fc.constantFrom(
      '\x1b',
      '[',
      ']',
      '3',
      'm',
      ';',
      '\\',
      '\x07',
      '\x9b',
      '\x9d',
      '\x9c',
      '\r',
      '\n',
      'a',
      '\u202e',
      'P',
    );
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 40 }), (printed) => {
        const text = plainText(printed);
        expect(text).not.toMatch(/(?![\t\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
        expect(plainText(text)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('keeps ordinary text as it is', () => {
    const unit = fc.constantFrom('a', 'é', '漢', '\n', '\t', ' ', '[', ']', '<', '&');
    fc.assert(fc.property(fc.string({ unit }), (text) => expect(plainText(text)).toBe(text)));
  });
});
