import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { followLog } from '../../src/logs/follow.js';
import { createLive } from '../../src/logs/live.js';
import { memoryArchive } from './memory-archive.js';

const run = 7;
const stage = 'lint (node=20)';

/** Some turns of the event loop, so that readers and writers interleave in many ways. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('followLog', () => {
  test('bytes in are bytes out, however they are cut and whenever readers come', async () => {
    const segment = fc.record({
      bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }),
      pause: fc.nat(2),
      again: fc.boolean(),
    });
    const scenario = fc.record({
      segments: fc.array(segment, { maxLength: 20 }),
      piece: fc.integer({ min: 1, max: 50 }),
      readers: fc.array(fc.record({ delay: fc.nat(12), from: fc.nat(60), slow: fc.nat(2) }), {
        minLength: 1,
        maxLength: 4,
      }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ segments, piece, readers }) => {
        const archive = memoryArchive(piece);
        const live = createLive();
        let ended = false;
        const write = async (): Promise<void> => {
          let offset = 0;
          for (const { bytes, pause, again } of segments) {
            const whole = { key: { run, stage, fence: 1 }, offset, bytes: Buffer.from(bytes) };
            await archive.append(whole);
            live.published(whole);
            if (again) {
              await archive.append(whole);
              live.published(whole);
            }
            offset += bytes.length;
            await turns(pause);
          }
          ended = true;
          live.stageEnded(run, stage);
        };
        const read = async (delay: number, from: number, slow: number): Promise<Buffer> => {
          await turns(delay);
          const { signal } = new AbortController();
          const followed = { log: { run, stage }, from, isEnded: async () => ended, signal };
          const got: Buffer[] = [];
          for await (const bytes of followLog(archive, live, followed)) {
            got.push(bytes);
            await turns(slow);
          }
          return Buffer.concat(got);
        };
        const [, ...logs] = await Promise.all([
          write(),
          ...readers.map(({ delay, from, slow }) => read(delay, from, slow)),
        ]);
        const all = Buffer.concat(segments.map(({ bytes }) => bytes));
        for (const [index, log] of logs.entries()) {
          expect(log).toEqual(all.subarray(readers[index]?.from));
        }
      }),
      { numRuns: 150 },
    );
  });

  test('what is written until the end is told is read', async () => {
    const archive = memoryArchive();
    const isEnded = async (): Promise<boolean> => {
      await archive.append({ key: { run, stage, fence: 1 }, offset: 0, bytes: Buffer.from('last') });
      return true;
    };
    const { signal } = new AbortController();
    const log = followLog(archive, createLive(), { log: { run, stage }, isEnded, signal });
    expect(await log.next()).toEqual({ done: false, value: Buffer.from('last') });
    expect((await log.next()).done).toBe(true);
  });

  test('a reader that waits ends when aborted', async () => {
    const abort = new AbortController();
    const followed = { log: { run, stage }, isEnded: async () => false, signal: abort.signal };
    const log = followLog(memoryArchive(), createLive(), followed);
    const waiting = log.next();
    await turns(3);
    abort.abort();
    expect(await waiting).toEqual({ done: true, value: undefined });
  });

  test('goes on when the stage was begun again after it had ended', async () => {
    const archive = memoryArchive();
    const live = createLive();
    let ended = false;
    const { signal } = new AbortController();
    const log = followLog(archive, live, { log: { run, stage }, isEnded: async () => ended, signal });
    const first = log.next();
    await turns(2);
    live.stageEnded(run, stage);
    await turns(2);
    const segment = { key: { run, stage, fence: 2 }, offset: 0, bytes: Buffer.from('again') };
    await archive.append(segment);
    ended = true;
    live.stageEnded(run, stage);
    expect(await first).toEqual({ done: false, value: Buffer.from('again') });
    expect((await log.next()).done).toBe(true);
  });
});
