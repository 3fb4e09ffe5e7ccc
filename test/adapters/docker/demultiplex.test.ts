import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { demultiplex } from '../../../src/adapters/docker/demultiplex.js';

function frame(type: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt8(type, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

async function* inChunks(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    // A copy: the demultiplexer may write into what it is given.
    yield Buffer.from(bytes.subarray(at, at + size));
    at += size;
  }
}

async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('demultiplex', () => {
  test('gives every payload in order, however the stream is cut', async () => {
    const payloads = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 300 })));
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(payloads, sizes, async (frames, sizes) => {
        const bytes = Buffer.concat(frames.map(([type, payload]) => frame(type, Buffer.from(payload))));
        const expected = Buffer.concat(frames.map(([, payload]) => payload));
        const got = await collect(demultiplex(inChunks(bytes, sizes)));
        expect(got.equals(expected)).toBe(true);
      }),
    );
  });

  test('takes frames of any size', async () => {
    const payload = Buffer.alloc(200_000, 'x');
    const got = await collect(demultiplex(inChunks(frame(1, payload), [65_536])));
    expect(got.equals(payload)).toBe(true);
  });

  test('gives a part of a frame before the rest has come', async () => {
    const whole = frame(1, Buffer.from('half and half'));
    const chunks = demultiplex(inChunks(whole, [8 + 4, 1_000]));
    expect(await chunks.next()).toMatchObject({ value: Buffer.from('half') });
    expect(await chunks.next()).toMatchObject({ value: Buffer.from(' and half') });
  });

  test('asks for nothing that nobody wants yet', async () => {
    let asked = 0;
    async function* source(): AsyncGenerator<Buffer> {
      for (;;) {
        asked += 1;
        yield frame(1, Buffer.from('x'));
      }
    }
    const chunks = demultiplex(source());
    await chunks.next();
    await chunks.next();
    expect(asked).toBe(2);
    await chunks.return(undefined);
  });

  test.each([3, 8, 10])('an end after %i bytes of a frame is the engine’s absence', async (length) => {
    const cut = frame(1, Buffer.from('payload')).subarray(0, length);
    await expect(collect(demultiplex(inChunks(cut, [100])))).rejects.toMatchObject({
      name: 'EngineUnavailable',
    });
  });
});
