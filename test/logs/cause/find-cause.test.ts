import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { findCause } from '../../../src/logs/cause/find-cause.js';
import { mayMatter } from '../../../src/logs/cause/noise.js';

const found = (log: string) => findCause(log.split('\n'));

test('what is more specific beats what stood before it, and among equals the first wins', () => {
  expect(found('ERROR something\na.c:1:2: error: one\na.c:2:2: error: two')).toMatchObject({
    line: 2,
    text: 'a.c:1:2: error: one',
  });
});

test('a consequence is shown only where there is nothing else', () => {
  expect(found('make: *** [all] Error 2')).toMatchObject({ kind: 'exit', line: 1 });
  expect(found('make: *** [all] Error 2\nsh: 1: foo: not found')).toMatchObject({ kind: 'shell', line: 2 });
});

test('five lines stand around it', () => {
  const numbers = Array.from({ length: 9 }, (_, n) => `line ${n}`);
  expect(found([...numbers, 'panic: oh', ...numbers].join('\n'))).toMatchObject({
    before: numbers.slice(4),
    text: 'panic: oh',
    after: numbers.slice(0, 5),
  });
});

describe('a block', () => {
  test('ends where it ends', () => {
    const log = 'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\nKeyError: 1\nmore';
    expect(found(log)).toMatchObject({ line: 1, lines: 3, after: ['more'] });
  });

  test('of Python that is long keeps its end, where it says what was wrong', () => {
    const frames = Array.from({ length: 50 }, (_, n) => `  File "a.py", line ${n}, in f`);
    const cause = found(
      ['Traceback (most recent call last):', ...frames, 'RecursionError: too deep'].join('\n'),
    );
    expect(cause).toMatchObject({ line: 23, lines: 30 });
    expect(cause?.text.split('\n').at(-1)).toBe('RecursionError: too deep');
  });

  test('of the JVM begins at the last cause, however many frames stand before it', () => {
    const frames = Array.from({ length: 60 }, (_, n) => `\tat com.acme.A.f(A.java:${n})`);
    const log = ['Exception in thread "main" a.B: x', ...frames, 'Caused by: c.D: y', '\tat c.E.f(E.java:1)'];
    expect(found(log.join('\n'))).toMatchObject({
      line: 62,
      lines: 2,
      text: 'Caused by: c.D: y\n\tat c.E.f(E.java:1)',
    });
  });

  test('of others is no longer than thirty lines', () => {
    const report = ['  ● adds', ...Array.from({ length: 80 }, (_, n) => `    line ${n}`)];
    expect(found(report.join('\n'))).toMatchObject({ line: 1, lines: 30 });
  });
});

test.each([
  '0 errors, 0 failures',
  'no errors found',
  'gcc -Werror -o error.o -c error.c',
  'src/m.c:3: warning: this error: path is unused',
  'npm warn deprecated error@1.0.0',
  '✓ throws Error: bad',
  'ok 3 - error: shows it',
  '--- PASS: TestError (0.00s)',
  'test errors::display ... ok',
  'rm: cannot remove x: No such file or directory (ignored)',
  '[INFO] BUILD FAILURE is one word of ours',
  '2024-05-04T10:11:12Z  INFO handler error count=0',
  '$ echo "error: no"',
])('%s is no sign of trouble', (line) => {
  expect(found(line)).toBeUndefined();
});

test('who tries again has not failed yet', () => {
  const log = 'Connection refused, retrying in 1 s\nConnection refused, retrying in 2 s\nerror: giving up';
  expect(found(log)).toMatchObject({ line: 3 });
});

test('a suite that passed has forgiven what its tests printed', () => {
  const log = 'panic: simulated\n\ngoroutine 1 [running]:\nok  \tacme/a\t0.01s\nError: later';
  expect(found(log)).toMatchObject({ line: 5 });
});

test('what is looked at closely at all is what rules could mean', () => {
  expect(mayMatter('Compiling module 12 of 80')).toBe(false);
  expect(mayMatter('collect2: error: ld returned 1 exit status')).toBe(true);
});

test('lines made to be slow are looked at as quickly as others', () => {
  const pieces = [
    'error: ',
    'failed 0 ',
    'a.a/',
    '2020-01-01a:',
    '-gcc',
    'E  ',
    ' ',
    '\t',
    '(',
    '1 ',
    'at a(',
    'x',
  ];
  const lines = pieces.flatMap((one) =>
    pieces.map((other) => `${`${one}${other}`.repeat(1024 * 1024).slice(0, 1024 * 1024)}!`),
  );
  const cause = findCause(lines);
  expect(cause).toBeDefined();
  expect(cause?.text.length).toBeLessThan(40_000);
});

test('whatever a log says, what is found is in it', () => {
  const line = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 80 }),
    fc.constantFrom(
      'panic: x',
      'Traceback (most recent call last):',
      '  File "a", line 1',
      'E   no',
      'error: x',
      '\tat a',
      'Caused by: x',
      '',
      'OK',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 120 }), (lines) => {
      const plain = lines.map((text) => text.replaceAll('\n', ' '));
      const cause = findCause(plain);
      if (cause === undefined) return;
      const { line: first, lines: count, before } = cause;
      expect(cause.text.split('\n')).toEqual(plain.slice(first - 1, first - 1 + count));
      expect(before).toEqual(plain.slice(Math.max(0, first - 1 - before.length), first - 1));
      expect(count).toBeLessThanOrEqual(30);
    }),
    { numRuns: 500 },
  );
});
