import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { logText, type WhyFailed } from '../../src/checks/log-text.js';

const URL = 'https://ci.example/log';
const LIMIT = 65_535;

const WHY: WhyFailed = {
  cause: { line: 1, lines: 2, text: '`````\n€', before: [], after: [] },
  lastPassed: { run: 1, difference: URL },
};

function text(log: string | Buffer, why?: WhyFailed): string {
  const bytes = Buffer.from(log);
  return logText({ bytes, size: bytes.length }, URL, why) ?? '';
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
  expect(logText({ bytes: Buffer.alloc(0), size: 0 }, URL)).toBeUndefined();
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
    const shown = logText({ bytes: Buffer.from('the end\n'), size: 10 * 1024 * 1024 }, URL);
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
    const shown = Buffer.byteLength(text(log, WHY));
    expect(shown).toBeLessThanOrEqual(LIMIT);
    expect(shown).toBeGreaterThan(LIMIT - 1000);
  });

  test.each([
    ['ten million newlines', Buffer.alloc(10_000_000, '\n')],
    ['ten million escapes', Buffer.alloc(10_000_000, '\u001b]')],
  ])('%s fit', (_name, log) => {
    expect(Buffer.byteLength(text(log, WHY))).toBeLessThanOrEqual(LIMIT);
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
        const shown = text(pieces.join('').repeat(3), failed ? WHY : {});
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(LIMIT);
        // Of a log without anything to be seen there is no fence.
        expect(shown.includes('```text\n') ? lastFence(shown).after : '').toBe('');
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

describe('why it failed', () => {
  const noise = Array.from({ length: 100 }, (_, line) => `ok ${line}`);
  const cause = {
    line: 101,
    lines: 2,
    text: '--- FAIL: TestLogin (0.02s)\n    login_test.go:41: got 401, want 200',
    before: ['ok 98', 'ok 99'],
    after: ['FAIL'],
  };
  const log = [...noise, cause.text, ...noise].join('\n');
  const lastPassed = { run: 41, difference: `${URL}/difference` };

  test('the first error stands first, with its lines around it and a link to it', () => {
    expect(text(log, { cause })).toMatch(
      [
        'First error, [lines 101–102](<https://ci.example/log#L101-L102>):',
        '',
        '```text',
        ...cause.before,
        cause.text,
        ...cause.after,
        '```',
        '',
        'End of the log:',
      ].join('\n'),
    );
  });

  test('a cause of one line has the address of a line', () => {
    const one = { ...cause, lines: 1 };
    expect(text(log, { cause: one })).toContain('[line 101](<https://ci.example/log#L101>)');
  });

  test('a run that passed is there to compare with', () => {
    const since = '[What changed since run 41, which passed](<https://ci.example/log/difference>)';
    expect(text(log, { cause, lastPassed })).toContain(`\n\n${since}\n\nEnd of the log:`);
    expect(text('error: no\n', { lastPassed })).toBe(`${since}\n\n\`\`\`text\nerror: no\n\`\`\``);
  });

  test('is not shown twice in a short log, and not made up', () => {
    expect(text('error: no\n', { cause: { ...cause, text: 'error: no' } })).toBe('```text\nerror: no\n```');
    expect(text([...noise, 'Error: no', ...noise].join('\n'))).not.toContain('First error');
  });

  test('cannot break out of its fence, and leaves room', () => {
    const wild = { ...cause, text: `${'`'.repeat(2000)}\n`.repeat(30), before: ['🦊'.repeat(999)] };
    expect(Buffer.byteLength(text('x\n'.repeat(50_000), { cause: wild, lastPassed }))).toBeLessThanOrEqual(
      LIMIT,
    );
  });
});
