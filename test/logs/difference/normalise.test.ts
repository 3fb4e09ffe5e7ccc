import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { normalise } from '../../../src/logs/difference/normalise.js';

describe('what differs from run to run is taken away', () => {
  test.each([
    ['2026-11-22T21:26:02.123Z INFO ready', '<date> INFO ready'],
    ['[2026-11-22 21:26:02,123] ready', '[<date>] ready'],
    ['2026/11/22 21:26:02 listening', '<date> listening'],
    ['Sun, 22 Nov 2026 21:26:02 GMT', '<date>'],
    ['Nov 22 21:26:02 host sshd[4312]: ok', '<date> host sshd[<n>]: ok'],
    ['22/Nov/2026:21:26:02 +0000 GET /', '<date> GET /'],
    ['at 21:26:02 begun', 'at <time> begun'],
    ['epoch 1795382762 and 1795382762123', 'epoch <time> and <time>'],
    ['ok  acme/hello 0.014s', 'ok  acme/hello <duration>'],
    ['took 1 min 52 s in all', 'took <duration> in all'],
    ['real	0m1.234s', 'real	<duration>'],
    ['Fetched 9183 kB in 2s (5210 kB/s)', 'Fetched <size> in <duration> (<size>)'],
    ['[ 40%] Building', '[ <percent>] Building'],
    ['[=====>    ] 12.5 MB', '<bar> <size>'],
    ['HEAD is now at 4c2d9aa Say hello', 'HEAD is now at <hash> Say hello'],
    ['index 1234567..89abcde', 'index <hash>..<hash>'],
    ['digest sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b', 'digest <hash>'],
    ['Running in 0a1b2c3d4e5f', 'Running in <hash>'],
    ['id 123e4567-e89b-12d3-a456-426614174000', 'id <id>'],
    ['wrote /tmp/go-build3412/b001/exe', 'wrote <temp>'],
    ['listening on 127.0.0.1:43817', 'listening on <address>'],
    ['http://localhost:43817/x on port 43817', 'http://localhost:<port>/x on port <port>'],
    ['db (172.18.0.2) refused', 'db (<address>) refused'],
    ['pid 4312, goroutine 18 [running]:', 'pid <n>, goroutine <n> [running]:'],
    ['==4312== Invalid read at 0x7ffdeadbeef0', '==<n>== Invalid read at <address>'],
    ['Randomized with seed 4242', 'Randomized with seed <n>'],
    ['#12 3.456 make', '#12 <time> make'],
  ])('%s', (line, expected) => {
    expect(normalise(line)).toBe(expected);
  });

  test.each([
    'src/parser.c:88:14: error: expected a semicolon',
    'expected 200, got 401',
    'lodash@4.17.21 added 412 packages',
    '3 tests, 2 failed',
    'the facade was effaced',
    'version 1.2.3.4',
    'npm 10.2.3',
    'step 5/12',
  ])('%s is left alone', (line) => {
    expect(normalise(line)).toBe(line);
  });
});

/** A part of a line that differs from run to run, in one of its forms. */
const two = (n: number): string => String(n).padStart(2, '0');
const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'.split('')), minLength: length, maxLength: length });
const VARIABLES: Readonly<Record<string, fc.Arbitrary<string>>> = {
  date: fc
    .date({ min: new Date('2020-01-01'), max: new Date('2035-01-01'), noInvalidDate: true })
    .map((date) => date.toISOString()),
  clock: fc.tuple(fc.nat(23), fc.nat(59), fc.nat(59)).map((parts) => parts.map(two).join(':')),
  uuid: fc.uuid(),
  commit: hex(40),
  digest: hex(64).map((text) => `sha256:${text}`),
  duration: fc.oneof(
    fc.integer({ min: 1, max: 9999 }).map((ms) => `${ms}ms`),
    fc.float({ min: Math.fround(0.1), max: 999, noNaN: true }).map((s) => `${s.toFixed(2)}s`),
    fc
      .tuple(fc.integer({ min: 1, max: 59 }), fc.integer({ min: 1, max: 59 }))
      .map(([m, s]) => `${m} min ${s} s`),
  ),
  size: fc
    .tuple(fc.integer({ min: 1, max: 9999 }), fc.constantFrom('kB', 'MB', 'MiB', 'B'))
    .map((p) => p.join(' ')),
  percent: fc.integer({ min: 0, max: 100 }).map((n) => `${n}%`),
  temp: hex(9).map((text) => `/tmp/build-${text}`),
  port: fc.integer({ min: 1024, max: 65_535 }).map((n) => `127.0.0.1:${n}`),
  pid: fc.integer({ min: 1, max: 99_999 }).map((n) => `pid ${n}`),
};

test('two runs that differ in nothing else are equal', () => {
  const part = fc.oneof(
    fc
      .constantFrom('ok', 'Building main.c', 'expected 3', '(', ')', 'error:')
      .map((text) => [text, text] as const),
    ...Object.values(VARIABLES).map((one) => fc.tuple(one, one)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const side = (at: 0 | 1): string => parts.map((both) => both[at]).join(' ');
      expect(normalise(side(0))).toBe(normalise(side(1)));
    }),
    { numRuns: 2000 },
  );
});

test('what was taken away once is taken away', () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.string({ unit: fc.constantFrom(...'0123456789abcdef:-./% smkB[]#T=xZ/tmp'.split('')), maxLength: 80 }),
  );
  fc.assert(
    fc.property(odd, (line) => {
      const once = normalise(line);
      expect(normalise(once)).toBe(once);
    }),
    { numRuns: 5000 },
  );
});
