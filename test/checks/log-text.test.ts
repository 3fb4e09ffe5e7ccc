import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { logText } from '../../src/checks/log-text.js';

const URL = 'https://ci.example/log';
const LIMIT = 65_535;

function text(log: string | Buffer, failed = false): string {
  const bytes = Buffer.from(log);
  return logText({ bytes, size: bytes.length }, failed, URL) ?? '';
}

/** What a fence holds, by CommonMark: from the opening line to the first line of at least as many ticks. */
function lastFence(markdown: string): { content: string; after: string } {
  const lines = markdown.split('\n');
  const opening = lines.findLastIndex((line) => /^`{3,}text$/.test(line));
  const ticks = (lines[opening] ?? '').length - 'text'.length;
  const closing = lines.findIndex(
    (line, at) => at > opening && /^ {0,3}`{3,}\s*$/.test(line) && line.trim().length >= ticks,
  );
  return {
    content: lines.slice(opening + 1, closing).join('\n'),
    after: lines.slice(closing + 1).join('\n'),
  };
}

test('a short log is shown whole', () => {
  expect(text('$ make\nok\n')).toBe('```text\n$ make\nok\n```');
});

test('no log, no text', () => {
  expect(logText({ bytes: Buffer.alloc(0), size: 0 }, false, URL)).toBeUndefined();
});

describe('a long log', () => {
  test('loses its beginning, and says how much and where it is', () => {
    const log = Array.from({ length: 200_000 }, (_, line) => `line ${line} of a log that is long\n`).join('');
    const shown = text(log);
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(LIMIT);
    expect(Buffer.byteLength(shown)).toBeGreaterThan(LIMIT - 10);
    expect(shown).toContain('line 199999 of a log that is long\n```');
    expect(shown).toMatch(
      /^[\d.]+ MiB of the log's beginning are not shown here: \[the whole log\]\(<https:\/\/ci\.example\/log>\)/,
    );
  });

  test('what the reader of the log left out counts as not shown', () => {
    const shown = logText({ bytes: Buffer.from('the end\n'), size: 10 * 1024 * 1024 }, false, URL);
    expect(shown).toMatch(/^10 MiB of the log's beginning are not shown/);
  });

  test('is cut between characters', () => {
    const shown = text(`${'é'.repeat(40_000)}${'🦊'.repeat(20_000)}`);
    expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(LIMIT);
    expect(shown).not.toContain('\ufffd');
    expect(shown).toContain('🦊');
  });

  test.each([
    ['ten million bytes of backticks', Buffer.alloc(10_000_000, '`')],
    ['ten million bytes that are no text', Buffer.alloc(10_000_000, 0xff)],
  ])('%s fit, and what fits is used', (_name, log) => {
    const shown = Buffer.byteLength(text(log, true));
    expect(shown).toBeLessThanOrEqual(LIMIT);
    expect(shown).toBeGreaterThan(LIMIT - 1000);
  });

  test.each([
    ['ten million newlines', Buffer.alloc(10_000_000, '\n')],
    ['ten million escapes', Buffer.alloc(10_000_000, '\u001b]')],
  ])('%s fit', (_name, log) => {
    expect(Buffer.byteLength(text(log, true))).toBeLessThanOrEqual(LIMIT);
  });

  test('anything fits, and its end stays in the fence', () => {
    const piece = fc.constantFrom(
      '`'.repeat(5000),
      '\n```\n',
      'é',
      '🦊'.repeat(999),
      '\u001b[31m',
      '\r',
      ' error: no\n',
    );
    const log = fc.array(fc.oneof(piece, fc.string({ unit: 'binary' })), { maxLength: 200 });
    fc.assert(
      fc.property(log, fc.boolean(), (pieces, failed) => {
        const shown = text(pieces.join('').repeat(3), failed);
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(LIMIT);
        expect(shown === '' ? '' : lastFence(shown).after).toBe('');
      }),
      { numRuns: 100 },
    );
  });
});

describe('a log that attacks', () => {
  test('cannot break out of its fence', () => {
    const { content, after } = lastFence(
      text('```\n@acme/team <img src=x>\n``````\n[x](https://evil.example)\n'),
    );
    expect(content).toContain('[x](https://evil.example)');
    expect(after).toBe('');
  });

  test('colours, links and titles of terminals are gone', () => {
    const log =
      '\u001b[1;31mred\u001b[0m \u001b]8;;javascript:alert(1)\u0007click\u001b]8;;\u0007 \u001b]0;title\u001b\\end\u001b[38;5;9m';
    expect(text(log)).toBe('```text\nred click end\n```');
  });

  test('a sequence that never ends swallows no more than its line', () => {
    expect(text('a\u001b]8;;javascript:alert(1)\nb\n')).toBe('```text\na\nb\n```');
  });

  test('what a carriage return overwrites is not shown', () => {
    expect(
      text(' 10%\r 50%\r100%\ngood\rbad!\nlong line\rshort\nlong line\r\u001b[Kshort\nwindows\r\n'),
    ).toBe('```text\n100%\nbad!\nshortline\nshort\nwindows\n```');
  });

  test('controls and marks that turn text around are gone', () => {
    expect(text('a\u0000b\u0008c\u009bKd\u202ee\u2066f\u007fg')).toBe('```text\nabcdefg\n```');
  });
});

describe('the first error', () => {
  const noise = Array.from({ length: 100 }, (_, line) => `ok ${line}`);

  test.each([
    '--- FAIL: TestLogin (0.02s)',
    'src/app.ts(3,1): error TS2304: Cannot find name',
    'main.c:3:5: error: expected ;',
    'Error: Cannot find module',
    'java.lang.NullPointerException: oh',
    'error[E0308]: mismatched types',
    'Traceback (most recent call last):',
    'npm ERR! code ELIFECYCLE',
    'fatal: not a git repository',
    'sh: foo: not found',
    'panic: runtime error',
  ])('%s', (line) => {
    const log = [...noise, line, ...noise].join('\n');
    const around = [...noise.slice(-5), line, ...noise.slice(0, 5)].join('\n');
    expect(text(log, true)).toContain(`First error:\n\n\`\`\`text\n${around}\n\`\`\`\n\nEnd of the log:`);
    expect(text(log, false)).not.toContain('First error');
  });

  test('is not shown twice in a short log', () => {
    expect(text('error: no\n', true)).toBe('```text\nerror: no\n```');
  });

  test('is not made up', () => {
    expect(text([...noise, '0 errors, error handling tested', ...noise].join('\n'), true)).not.toContain(
      'First error',
    );
  });
});
