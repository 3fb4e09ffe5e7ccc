import { randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { pack, unpackBytes, unpackStamps } from '../../../src/adapters/archive/chunk.js';

const SIZE = 256 * 1024;

async function packed(bytes: Buffer): Promise<number> {
  const { bytes: small } = await pack({ bytes, at: 0, stamps: [] });
  expect((await unpackBytes(small, bytes.length)).equals(bytes)).toBe(true);
  return small.length / bytes.length;
}

function text(): Buffer {
  const lines = Array.from(
    { length: 5000 },
    (_, line) => `[${line}] compiled module ${line % 97}, all is well\n`,
  );
  return Buffer.from(lines.join('')).subarray(0, SIZE);
}

describe('a chunk in its pack', () => {
  test('takes a part of its size where it repeats itself', async () => {
    // Short codes alone would leave more than half.
    expect(await packed(text())).toBeLessThan(0.3);
  });

  test('takes what its alphabet needs where nothing repeats', async () => {
    const base64 = Buffer.from(randomBytes(SIZE).toString('base64')).subarray(0, SIZE);
    expect(await packed(base64)).toBeLessThan(0.77);
  });

  test.each([0, 1, 20, 4096])('comes back with its %i stamps', async (count) => {
    const stamps = Array.from({ length: count }, (_, index) => ({
      offset: 1000 + index * 7 + (index % 5),
      at: 1_700_000_000_000 + index * index,
      stream: index % 3 === 0 ? ('cyclone' as const) : ('stdout' as const),
    }));
    const packedStamps = (await pack({ bytes: text(), at: 1000, stamps })).stamps;
    expect(await unpackStamps(packedStamps, 1000)).toEqual(stamps);
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('a')],
    ['bytes that cannot be made smaller', randomBytes(SIZE)],
    ['zeros', Buffer.alloc(SIZE)],
    ['text with random bytes in the middle', Buffer.concat([text(), randomBytes(20_000), text()])],
  ])('comes back as it was: %s', async (_, bytes) => {
    await packed(bytes);
  });
});
