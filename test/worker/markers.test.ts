import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMarkerSplitter, type Piece } from '../../src/worker/markers.js';

const nonces = { commandNonce: 'a'.repeat(32), endNonce: 'b'.repeat(32) };
const command = (index: number): string => `\x1e${nonces.commandNonce}:${index}\x1e`;
const end = (code: number, oom = ''): string => `\x1e${nonces.endNonce}:${code}:${oom}\x1e`;

/** The pieces of a text that arrives cut at these places; neighbouring bytes joined. */
function split(
  text: string,
  cuts: readonly number[] = [],
): readonly (string | Exclude<Piece, { kind: 'bytes' }>)[] {
  const bytes = Buffer.from(text);
  const splitter = createMarkerSplitter(nonces);
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const pieces: Piece[] = borders
    .slice(1)
    .flatMap((border, index) => splitter.push(Buffer.from(bytes.subarray(borders[index], border))));
  pieces.push({ kind: 'bytes', bytes: splitter.rest() });
  const joined: (Buffer | Exclude<Piece, { kind: 'bytes' }>)[] = [];
  for (const piece of pieces) {
    const last = joined.at(-1);
    if (piece.kind !== 'bytes') joined.push(piece);
    else if (Buffer.isBuffer(last)) joined[joined.length - 1] = Buffer.concat([last, piece.bytes]);
    else joined.push(piece.bytes);
  }
  return joined
    .filter((one) => !Buffer.isBuffer(one) || one.length > 0)
    .map((one) => (Buffer.isBuffer(one) ? one.toString() : one));
}

describe('the splitter', () => {
  test('tells output, commands and the end apart', () => {
    expect(split(`${command(1)}a\n${command(2)}b${end(3, '0')}`)).toEqual([
      { kind: 'command', index: 1 },
      'a\n',
      { kind: 'command', index: 2 },
      'b',
      { kind: 'end', exitCode: 3, oomKills: 0 },
    ]);
  });

  test('an end that cannot tell of memory says so by its absence', () => {
    expect(split(end(137))).toEqual([{ kind: 'end', exitCode: 137 }]);
  });

  test('sees the same however the stream is cut', () => {
    const part = fc.oneof(
      fc.string(),
      fc.nat({ max: 999 }).map(command),
      fc.tuple(fc.nat({ max: 255 }), fc.constantFrom('', '0', '12')).map(([code, oom]) => end(code, oom)),
      fc.nat({ max: 40 }).map((length) => command(1).slice(0, length)),
      fc.constantFrom('\x1e', '\x1e\x1e', `\x1e${nonces.endNonce}:`, `\x1e${nonces.commandNonce}:x\x1e`),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), fc.array(fc.nat(), { maxLength: 12 }), (parts, cuts) => {
        expect(split(parts.join(''), cuts)).toEqual(split(parts.join('')));
      }),
    );
  });

  test('every byte that is no marker comes out', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('\x1e', 'a', 'b', ':', '1', '\n'), { maxLength: 200 }),
        fc.array(fc.nat()),
        (chars, cuts) => {
          const text = chars.join('');
          fc.pre(!text.includes(nonces.commandNonce) && !text.includes(nonces.endNonce));
          expect(split(text, cuts)).toEqual(text === '' ? [] : [text]);
        },
      ),
    );
  });

  test.each([
    `\x1e${nonces.commandNonce}:\x1e`,
    `\x1e${nonces.commandNonce}:1:2\x1e`,
    `\x1e${nonces.commandNonce}:${'1'.repeat(60)}\x1e`,
    `\x1e${nonces.endNonce}:1\x1e`,
    `\x1e${nonces.endNonce}:1000:\x1e`,
    `\x1e${'c'.repeat(32)}:0:\x1e`,
  ])('%j is only output', (text) => {
    expect(split(text)).toEqual([text]);
  });

  test('holds the beginning of a marker and nothing else', () => {
    const splitter = createMarkerSplitter(nonces);
    expect(splitter.push(Buffer.from('a\x1eaaa'))).toEqual([{ kind: 'bytes', bytes: Buffer.from('a') }]);
    expect(splitter.push(Buffer.from('x'))).toEqual([{ kind: 'bytes', bytes: Buffer.from('\x1eaaax') }]);
  });
});
