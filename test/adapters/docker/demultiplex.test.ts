import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { demultiplex } from '../../../src/adapters/docker/demultiplex.js';
import type { Output } from '../../../src/worker/ports.js';

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

async function collect(source: AsyncIterable<Output>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const { bytes } of source) chunks.push(bytes);
  return Buffer.concat(chunks);
}

/** What was printed in a row on one stream, together; each byte is only looked at when all have come. */
async function byStream(source: AsyncIterable<Output>): Promise<[string, string][]> {
  const pieces: Output[] = [];
  for await (const piece of source) pieces.push(piece);
  const rows: [string, string][] = [];
  for (const { stream, bytes } of pieces) {
    const last = rows.at(-1);
    if (last?.[0] === stream) last[1] += bytes.toString('latin1');
    else rows.push([stream, bytes.toString('latin1')]);
  }
  return rows;
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

  test('tells stdout from stderr, however the stream is cut', async () => {
    const payloads = fc.array(
      fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ minLength: 1, maxLength: 50 })),
    );
    const sizes = fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 5 });
    async function* apart(frames: readonly (readonly [number, Uint8Array])[]): AsyncGenerator<Output> {
      for (const [type, payload] of frames)
        yield { stream: type === 1 ? 'stdout' : 'stderr', bytes: Buffer.from(payload) };
    }
    await fc.assert(
      fc.asyncProperty(payloads, sizes, async (frames, sizes) => {
        const bytes = Buffer.concat(frames.map(([type, payload]) => frame(type, Buffer.from(payload))));
        expect(await byStream(demultiplex(inChunks(bytes, sizes)))).toEqual(await byStream(apart(frames)));
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
    expect(await chunks.next()).toMatchObject({ value: { stream: 'stdout', bytes: Buffer.from('half') } });
    expect(await chunks.next()).toMatchObject({ value: { bytes: Buffer.from(' and half') } });
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
