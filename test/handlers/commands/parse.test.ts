import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COMMAND_NAMES } from '../../../src/handlers/commands/all.js';
import { parseCommands } from '../../../src/handlers/commands/parse.js';

const parse = (comment: string) => parseCommands(comment, COMMAND_NAMES);
/** `name arg|arg`, and `?word→meant` for what is none. */
const read = (comment: string): readonly string[] =>
  parse(comment).map((one) =>
    one.kind === 'command'
      ? [one.name, one.args.join('|')].join(' ').trim()
      : `?${one.word}→${one.meant ?? 'nothing'}`,
  );

describe('a command', () => {
  test.each([
    ['/test', ['test']],
    ['/test lint', ['test lint']],
    ['/test lint unit', ['test lint|unit']],
    ['/test   lint\tunit  ', ['test lint|unit']],
    ['/test integration (node=20)', ['test integration (node=20)']],
    ['/test lint (node=20, os=linux) unit', ['test lint (node=20, os=linux)|unit']],
    ['/test lint  (node=20,  os=linux)', ['test lint (node=20, os=linux)']],
    ['/test "end to end" unit', ['test end to end|unit']],
    ["/why 'end to end'", ['why end to end']],
    ['/test pre_build:api', ['test pre_build:api']],
    ['/test größe', ['test größe']],
    ['/cyclone test lint', ['test lint']],
    ['/cyclone  retest', ['retest']],
    ['/cyclone', ['help']],
    ['/Test', ['test']],
    ['/CYCLONE Cancel', ['cancel']],
    ['/ok-to-test 3f2c1ab', ['ok-to-test 3f2c1ab']],
    ['/approve prod', ['approve prod']],
    ['Thanks, looks good.\n/retest', ['retest']],
    ['Thanks.\r\n\r\n/test\r\n', ['test']],
    ['a\r/test', ['test']],
    ['- one\n- two\n\n/test', ['test']],
    ['![picture](https://example.com/a.png)\n/test', ['test']],
    ['<img width="20" src="a.png">\n/test', ['test']],
    ['`code` and `more`\n/test', ['test']],
    ['2 < 3 and <b>bold</b>\n/test', ['test']],
    ['/cancel\n/test lint\n\n/why unit', ['cancel', 'test lint', 'why unit']],
    ['/test\n/test', ['test']],
  ])('%j', (comment, commands) => {
    expect(read(comment)).toEqual(commands);
  });

  test('keeps its line as it was typed', () => {
    expect(parse('/cyclone why  "lint"')[0]?.text).toBe('/cyclone why  "lint"');
  });

  test('beyond the tenth of a comment is none', () => {
    const lines = Array.from({ length: 30 }, (_, index) => `/test stage-${String(index)}`);
    expect(parse(lines.join('\n'))).toHaveLength(10);
  });

  test('on a line that nobody types is none', () => {
    expect(parse(`/test ${'x'.repeat(1000)}`)).toEqual([]);
  });
});

describe('command spoofing (row 13): no command is', () => {
  test.each([
    ['in a sentence', 'please /test it'],
    ['behind a space', ' /test'],
    ['behind a tab', '\t/test'],
    ['a path', '/test/unit.ts'],
    ['a path of the machine', '/cyclone/test'],
    ['a word that goes on', '/testing-library'],
    ['ended by a full stop', '/test.'],
    ['in a fence', '```\n/test\n```'],
    ['in a fence with a language', '```sh\n/test\n```'],
    ['in a fence of tildes', '~~~\n/test\n~~~'],
    ['in a fence that is not closed', 'see\n```\n/test'],
    ['behind a fence that a shorter one does not close', '````\n```\n/test\n````'],
    ['behind a fence that tildes do not close', '```\n~~~\n/test\n```'],
    ['behind a closing fence with words', '```\n``` no\n/test\n```'],
    ['in the fence behind a line that only looks like one', '``` a`b\n```\n/test\n```'],
    ['in the fence of a list', '- ```\n  x\n  ```\n\n```\n/test\n```'],
    ['in indented code', 'see\n\n    /test'],
    ['in inline code', '`/test`'],
    ['in inline code over lines', 'see `a\n/test\nb`'],
    ['in inline code of two ticks', 'see ``a ` b\n/test\n` c``'],
    ['in a quote', '> /test'],
    ['in a quote without a space', '>/test'],
    ['the line that goes on with a quote', '> please\n/test'],
    ['in a quote of HTML', '<blockquote>\n\n/test\n\n</blockquote>'],
    ['in a comment of HTML', '<!--\n/test\n-->'],
    ['in a comment of HTML over blank lines', '<!-- a\n\n/test\n\n-->'],
    ['in a comment of HTML that is not closed', '<!-- a\n\n/test'],
    ['in a comment within a paragraph', 'see <!-- a\n/test\n-->'],
    ['in a comment within HTML that is not closed', '<p>a <!-- b\n\n/test'],
    ['in <pre>', '<pre>\n/test\n</pre>'],
    ['in <pre> over blank lines', '<pre>\n\n/test\n\n</pre>'],
    ['in <code>', '<code>\n/test\n</code>'],
    ['folded away', '<details><summary>log</summary>\n\n/test\n\n</details>'],
    ['folded away twice', '<details>\n\n<details>\n\n</details>\n\n/test\n\n</details>'],
    ['folded away for ever', '<details>\n\n/test'],
    ['struck out', '<del>\n\n/test\n\n</del>'],
    ['in a script', '<script>\n\n/test\n</script>'],
    ['in the attribute of a tag', 'see <a title="\n/test\n">x</a>'],
    ['in the address of a link', 'see [x](y\n"\n/test\n")'],
    ['in the fence behind a tag alone, whose fence is none', '<img src="a">\n```\n\n```\n/test\n```'],
    ['in a block of HTML whose fence is none', '<div>\n```\n\n```\n/test\n```'],
    ['with a full-width slash', '／test'],
    ['with a fraction slash', '⁄test'],
    ['with a division slash', '∕test'],
    ['with a Cyrillic letter', '/tеst'],
    ['with a Greek letter', '/τest'],
    ['with full-width letters', '/ｔｅｓｔ'],
    ['with a Kelvin sign', '/o\u212A-to-test'],
    ['behind a zero-width space', '\u200b/test'],
    ['around a zero-width space', '/te\u200bst'],
    ['ended by a zero-width space', '/test\u200b'],
    ['behind a byte order mark', '\ufeff/test'],
    ['turned around', '\u202e/test'],
    ['spaced by what is no space', '/test\u00a0lint'],
    ['behind a line separator of Unicode', 'x\u2028/test'],
    ['behind a next-line character', 'x\u0085/test'],
    ['behind a vertical tab', 'x\u000b/test'],
    ['ended by a NUL', '/test\u0000'],
    ['of ours with a lookalike behind it', '/cyclone tеst'],
  ])('%s', (_name, comment) => {
    expect(parse(comment)).toEqual([]);
  });

  test.each([
    ['a fence', '```\nx\n```\n/test'],
    ['a longer closing fence', '```\nx\n`````\n/test'],
    ['the fence of a list', '- ```\n  x\n  ```\n/test'],
    ['a fence that its list ends', '- ```\n  x\n/test'],
    ['a quote and a blank line', '> please\n\n/test'],
    ['a comment of HTML', '<!-- a -->\n/test'],
    ['an empty comment of HTML', '<!-->\n/test'],
    ['what is folded away', '<details>\n\nx\n\n</details>\n\n/test'],
    ['what is folded away, with code in it', '<details>\n\n`</details>`\n\n</details>\n\n/test'],
    ['an opening of HTML that is only code', 'like `<details>`\n/test'],
    ['a comment of HTML that is only code', 'like `<!--`\n/test'],
    ['an opening that is escaped', 'like \\`x\n/test'],
    ['a backtick alone', 'it`s\n/test'],
    ['<pre>', '<pre>\nx\n</pre>\n/test'],
  ])('but one behind %s is', (_name, comment) => {
    expect(read(comment)).toEqual(['test']);
  });
});

describe('a word that is none of ours', () => {
  test.each([
    ['/retset', ['?retset→retest']],
    ['/tset', ['?tset→test']],
    ['/ok_to_test', ['?ok_to_test→ok-to-test']],
    ['/cancle', ['?cancle→cancel']],
    ['/cyclone tset', ['?tset→test']],
    ['/cyclone lgtm', ['?lgtm→nothing']],
    ['/cyclone tset lint', ['?tset→test']],
  ])('%s is asked about', (comment, asked) => {
    expect(read(comment)).toEqual(asked);
  });

  test.each([
    '/lgtm',
    '/hold',
    '/hold cancel',
    '/assign @octocat',
    '/label bug',
    '/kind cleanup',
    '/remove-help',
    '/approve no-issue',
    '/approve cancel',
    '/test ?',
    '/helm',
    '/restart',
    '/a',
    '/',
    '//',
    '/tset lint',
    '/etc/passwd',
    '/* a comment */',
  ])('%s is left to others', (comment) => {
    expect(parse(comment)).toEqual([]);
  });
});

describe('whatever a comment holds', () => {
  const pieces = ['`', '```', '~~~', '<!--', '-->', '<details>', '</details>', '<pre>', '>', '\\', '](', ')'];
  const piece = fc.oneof(
    fc.constantFrom(
      ...pieces,
      '\n',
      '\n\n',
      '\r\n',
      '    ',
      '- ',
      '/test',
      '/why x',
      '\n/test\n',
      '"',
      '<a ',
    ),
    fc.string({ unit: 'binary', maxLength: 5 }),
  );
  const anything = fc.array(piece, { maxLength: 60 }).map((parts) => parts.join(''));

  test('only a line of it that begins with a command is one', () => {
    fc.assert(
      fc.property(anything, (comment) => {
        const lines = comment.split(/\r\n|\r|\n/);
        for (const { text } of parse(comment)) {
          expect(text).toMatch(/^\/(?:test|why)/);
          expect(lines.some((line) => line.startsWith(text))).toBe(true);
        }
      }),
    );
  });

  test('nothing of it is a command inside a fence, a quote or a comment of HTML', () => {
    // Without what could end these.
    const inside = anything.map((text) => text.replaceAll(/[`>~]/g, ''));
    fc.assert(
      fc.property(inside, (text) => {
        expect(parse(`\`\`\`\n${text}\n\`\`\``)).toEqual([]);
        expect(parse(`<!--\n${text}\n-->`)).toEqual([]);
        expect(parse(`> ${text.split(/\r\n|\r|\n/).join('\n> ')}`)).toEqual([]);
      }),
    );
  });

  test('a command behind a blank line and harmless words is found', () => {
    const harmless = fc.array(fc.constantFrom('a', 'ok.', '1 + 1', 'é', '\n', ' '), { maxLength: 40 });
    fc.assert(
      fc.property(harmless, (words) => {
        expect(read(`${words.join('')}\n\n/retest`)).toEqual(['retest']);
      }),
    );
  });

  test.each(['`', '<!--', '<a ', '](', '`` ', '<a "', '<a\'<a"', '\\', '> ', '<details>', '`a``b```c````'])(
    'it is read to its end when it is full of %j',
    (piece) => {
      expect(parse(piece.repeat(65_536 / piece.length))).toEqual([]);
    },
  );
});
