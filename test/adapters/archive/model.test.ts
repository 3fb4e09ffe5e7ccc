import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { type DiskArchiveOptions, diskArchive } from '../../../src/adapters/archive/disk.js';
import type { LogArchive, LogId } from '../../../src/logs/ports.js';
import { bytesOf, joined, perByte, type Stream, segmentOf, steps, streams } from './stream.js';

/** Small, so that a few hundred bytes are many chunks and some packs. */
const OPTIONS: DiskArchiveOptions = { limits: { chunk: 32, pack: 100 }, open: { count: 2, weight: 1e6 } };
const LOG: LogId = { run: 1, stage: 's' };

let directory: string;
let copies = 0;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** The files as they are at this moment, which is what a process that is killed now leaves: also in the middle of its work. */
function killed(root: string): string {
  for (;;) {
    copies += 1;
    const copy = join(directory, `copy-${copies}`);
    try {
      cpSync(root, copy, { recursive: true });
      return copy;
    } catch (error) {
      // Removed between listing and copying.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !existsSync(root)) throw error;
    }
  }
}

function freshRoot(): string {
  copies += 1;
  const root = join(directory, `root-${copies}`);
  mkdirSync(root);
  return root;
}

async function expectSame(archive: LogArchive, log: LogId, whole: Stream): Promise<void> {
  const { bytes } = whole;
  expect(await bytesOf(archive, log)).toEqual(bytes);
  const lineEnds = (end: number): number => bytes.subarray(0, end).filter((byte) => byte === 0x0a).length;
  const index = await archive.index(log);
  expect(index).toMatchObject({
    bytes: bytes.length,
    newlines: lineEnds(bytes.length),
    endsLine: bytes.length === 0 || bytes.at(-1) === 0x0a,
    marks: whole.marks,
  });
  expect(index.checkpoints[0]).toEqual({ offset: 0, newlines: 0 });
  for (const { offset, newlines } of index.checkpoints) expect(newlines).toBe(lineEnds(offset));
  const offsets = index.checkpoints.map(({ offset }) => offset);
  expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
  const ends = [...offsets.slice(1), bytes.length];
  for (const [at, end] of ends.entries()) expect(end - (offsets[at] ?? 0)).toBeLessThanOrEqual(32);
  for (const [start, end] of [
    [0, bytes.length],
    [Math.floor(bytes.length / 3), Math.ceil(bytes.length / 2)],
    [Math.floor(bytes.length / 2), bytes.length + 5],
  ] as const) {
    const until = Math.min(end, bytes.length);
    const stamps = await archive.stamps(log, start, end);
    expect(perByte(stamps, start, until)).toEqual(perByte(whole.stamps, start, until));
    for (const { offset } of stamps.slice(1)) expect(offset > start && offset < end).toBe(true);
    expect(await bytesOf(archive, log, start, end)).toEqual(bytes.subarray(start, end));
  }
}

test('whatever comes, comes again, is closed or dies: the log is what was printed', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(streams, steps), { maxLength: 3 }), async (fences) => {
      let root = freshRoot();
      let archive = diskArchive(root, OPTIONS);
      const whole: Stream[] = [];
      for (const [fence, [stream, steps]] of fences.entries()) {
        let sent = 0;
        for (const { more, again, fate } of [...steps, { more: 400, again: 0, fate: 'lives' as const }]) {
          const end = Math.min(stream.bytes.length, sent + more);
          const start = Math.max(0, sent - again);
          await archive.append(segmentOf(stream, { ...LOG, fence }, start, end));
          sent = end;
          if (fate === 'closes') await archive.close(1, 's');
          if (fate === 'dies') {
            root = killed(root);
            archive = diskArchive(root, OPTIONS);
          }
        }
        whole.push(stream);
      }
      await expectSame(archive, LOG, joined(whole));
      await expectSame(diskArchive(killed(root), OPTIONS), LOG, joined(whole));
    }),
    { numRuns: 50 },
  );
}, 30_000);

test('killed at any moment: nothing that was acknowledged is lost, and what comes again completes it', async () => {
  await fc.assert(
    fc.asyncProperty(streams, fc.integer({ min: 5, max: 60 }), async (stream, size) => {
      const root = freshRoot();
      const archive = diskArchive(root, OPTIONS);
      const key = { ...LOG, fence: 1 };
      const starts = Array.from(
        { length: Math.ceil(stream.bytes.length / size) },
        (_, index) => index * size,
      );
      const segments = starts.map((start) =>
        segmentOf(stream, key, start, Math.min(stream.bytes.length, start + size)),
      );
      const kept: { root: string; acknowledged: number }[] = [];
      let acknowledged = 0;
      let isOver = false;
      const writing = (async () => {
        for (const segment of segments) {
          await archive.append(segment);
          acknowledged += 1;
        }
        await archive.close(1, 's');
        isOver = true;
      })();
      while (!isOver) {
        kept.push({ root: killed(root), acknowledged });
        await new Promise((resolve) => setImmediate(resolve));
      }
      await writing;
      for (const { root, acknowledged } of kept) {
        const left = diskArchive(root, OPTIONS);
        const found = await bytesOf(left, LOG);
        expect(found.length).toBeGreaterThanOrEqual(Math.min(stream.bytes.length, acknowledged * size));
        expect(found).toEqual(stream.bytes.subarray(0, found.length));
        // The queue gives again what was not acknowledged.
        for (const segment of segments.slice(acknowledged)) await left.append(segment);
        if (segments.length > 0) expect(await bytesOf(left, LOG)).toEqual(stream.bytes);
      }
      const last = kept.at(-1);
      if (last && last.acknowledged === segments.length && segments.length > 0)
        await expectSame(diskArchive(last.root, OPTIONS), LOG, stream);
    }),
    { numRuns: 12 },
  );
}, 30_000);
