import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { plainText } from '../../../src/logs/plain-text.js';
import { MOST_SPANS, plainOf, readLine, type Span } from '../../../src/web/client/log/ansi.js';

const ESC = '\x1b';

/** The only state of a line that overwrites nothing. */
function spans(line: string): readonly Span[] {
  const [state = [], ...more] = readLine(line);
  expect(more).toEqual([]);
  return state;
}

/** `text` with how it looks: `red: 1 bold`. */
function looks(line: string): readonly string[] {
  return spans(line).map(({ text, style }) =>
    [`${text}:`, style.foreground, style.background && `on ${style.background}`, ...style.marks]
      .filter((part) => part !== undefined)
      .join(' '),
  );
}

describe('colours', () => {
  test.each([
    ['31', 'x: 1'],
    ['1;31', 'x: 1 bold'],
    ['91', 'x: 9'],
    ['44', 'x: on 4'],
    ['103', 'x: on 11'],
    ['38;5;9', 'x: 9'],
    ['38;5;208', 'x: #ff8700'],
    ['38;5;16', 'x: #000000'],
    ['38;5;231', 'x: #ffffff'],
    ['38;5;244', 'x: #808080'],
    ['48;2;1;2;255', 'x: on #0102ff'],
    ['38:2::1:2:3', 'x: #010203'],
    ['38:2:1:2:3', 'x: #010203'],
    ['38;2;1;2;300', 'x:'],
    ['38;5;999', 'x:'],
    ['38;7;1', 'x: bold'],
    ['58;2;1;2;3', 'x:'],
    ['2;3;4;7;9', 'x: dim italic underline inverse strike'],
    ['4:3', 'x: underline'],
    ['4;4:0', 'x:'],
    ['1;22', 'x:'],
    ['31;39', 'x:'],
    ['41;49', 'x:'],
    ['31;0', 'x:'],
    ['31;', 'x:'],
    ['8', 'x:'],
    ['>4', 'x:'],
    ['999', 'x:'],
  ])('%s', (parameters, look) => {
    expect(looks(`${ESC}[${parameters}mx`)).toEqual([look]);
    expect(looks(`\x9b${parameters}mx`)).toEqual([look]);
  });

  test('change and end', () => {
    expect(looks(`a${ESC}[31mb${ESC}[1mc${ESC}[md`)).toEqual(['a:', 'b: 1', 'c: 1 bold', 'd:']);
  });

  test('that are never ended end with their line', () => {
    expect(looks(`${ESC}[31;1mred`)).toEqual(['red: 1 bold']);
    expect(looks('next')).toEqual(['next:']);
  });

  test('do not cut text that looks the same', () => {
    expect(looks(`a${ESC}[2Kb${ESC}[10;5Hc${ESC}(Bd`)).toEqual(['abcd:']);
  });
});

describe('links', () => {
  const link = (address: string): Span | undefined =>
    spans(`${ESC}]8;id=1;${address}${ESC}\\click${ESC}]8;;\x07`)[0];

  test.each([
    ['https://example.com/a?b=c', 'https://example.com/a?b=c'],
    ['HTTP://EXAMPLE.com', 'http://example.com/'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
  ])('%s is one', (address, href) => {
    expect(link(address)).toMatchObject({ text: 'click', href });
  });

  test.each([
    'javascript:alert(1)',
    ' javascript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    'file:///etc/passwd',
    '/relative',
    '//example.com',
    'https://github.com@evil.example/',
    'https://',
    'https:javascript:alert(1)',
  ])('%s is text', (address) => {
    expect(link(address)).toEqual({ text: 'click', style: { marks: new Set() } });
  });

  test('that are never closed end with their line, and do not swallow it', () => {
    expect(spans(`${ESC}]8;;https://example.com${ESC}\\to the end`)).toMatchObject([{ text: 'to the end' }]);
    expect(plainOf(`a${ESC}]8;;https://example.com${ESC}[1mb`)).toBe('ab');
  });
});

describe('what a terminal would do', () => {
  test('overwriting leaves every state', () => {
    const states = readLine(' 10%\r 20%\r\r100%\r');
    expect(states.map((state) => state.map(({ text }) => text).join(''))).toEqual([
      ' 10%',
      ' 20%',
      '',
      '100%',
    ]);
  });

  test('turned text is signed, other characters that show nothing are left out', () => {
    expect(spans('access\u202e nimda\0\x07\x08')).toMatchObject([
      { text: 'access' },
      { text: '<U+202E>', isSign: true },
      { text: ' nimda' },
    ]);
  });

  test('a sign cannot be forged, nor joined to what is beside it', () => {
    expect(spans('<U+202E>')).toEqual([{ text: '<U+202E>', style: { marks: new Set() } }]);
    expect(spans('\u202e\u202d').map(({ text }) => text)).toEqual(['<U+202E>', '<U+202D>']);
  });
});

describe('any line', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      ESC,
      '\x9b',
      `${ESC}]8;;`,
      'https://example.com',
      `${ESC}\\`,
      '\x07',
      '\r',
      '\r\r',
      `${ESC}[31m`,
      `${ESC}[38;5;`,
      'm',
      '\u202e',
      `${ESC}P`,
      '\x9c',
      '\t',
      '\x7f',
    ),
  );
  const line = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join('').replaceAll('\n', ''));

  test('shows what was printed, less its escapes, as the text of a page does', () => {
    fc.assert(
      fc.property(line, (printed) => {
        // A return before the line end is part of it.
        const seen = plainOf(printed);
        const text = plainText(printed.replace(/\r+$/, '')).replaceAll('\r', '\n');
        expect(seen).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });

  test('is no more elements than a page can bear, and none of it is lost', () => {
    const printed = Array.from(
      { length: 3 * MOST_SPANS },
      (_, index) => `${ESC}[${31 + (index % 7)}m${index % 10}`,
    ).join('');
    const state = spans(printed);
    expect(state).toHaveLength(MOST_SPANS);
    expect(plainOf(printed)).toBe(plainText(printed));
    expect(readLine('x\r'.repeat(3 * MOST_SPANS)).length).toBeLessThanOrEqual(MOST_SPANS + 1);
  });
});
