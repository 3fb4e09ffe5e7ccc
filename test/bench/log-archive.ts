import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { diskArchive } from '../../src/adapters/archive/disk.js';
import { summaryOf } from './measure.js';
import type { Row } from './report.js';

const MIB = 1024 * 1024;
const SIZE = 16 * MIB;
/** As workers send them. */
const SEGMENT = 64 * 1024;
/** About five hundred lines: what a page asks for. */
const RANGE = 32 * 1024;

/** The archive of logs beside the disk below it: all bytes in, and some of them out. */
export async function archiveRows(): Promise<readonly Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-logs-'));
  try {
    const bytes = Buffer.from(
      randomBytes((SIZE * 3) / 4)
        .toString('base64')
        .replace(/(.{60}).{4}/g, '$1 ok\n'),
    );
    const archive = diskArchive(join(directory, 'archive'));
    const raw = join(directory, 'raw');
    const append = async (run: number): Promise<void> => {
      for (let offset = 0; offset < bytes.length; offset += SEGMENT) {
        const segment = bytes.subarray(offset, offset + SEGMENT);
        await archive.append({ key: { run, stage: 's', fence: 1 }, offset, bytes: segment });
      }
      await archive.close(run, 's');
    };
    const places = Array.from({ length: 200 }, (_, index) => (index * 7_919_000) % (bytes.length - RANGE));
    const read = async (index: number): Promise<void> => {
      const start = places[index] ?? 0;
      let length = 0;
      for await (const piece of archive.read({ run: 0, stage: 's' }, start, start + RANGE))
        length += piece.length;
      if (length !== RANGE) throw new Error(`${length} bytes came of ${RANGE}`);
    };
    const readRaw = async (index: number): Promise<void> => {
      const file = await open(raw, 'r');
      await file.read(Buffer.allocUnsafe(RANGE), 0, RANGE, places[index] ?? 0);
      await file.close();
    };
    const appended = await each(5, append);
    const written = await each(5, () => writeFile(raw, bytes));
    const perSecond = bytes.length / MIB / (appended.p50 / 1000);
    return [
      {
        name: 'a log of 16 MiB is kept',
        ours: appended,
        reference: { name: 'writeFile of its bytes', sample: written },
        goal: { of: 'max', atMost: 1500 },
        note: `${perSecond.toFixed(0)} MiB/s`,
      },
      {
        name: '32 KiB from somewhere in it',
        ours: await each(places.length, read),
        reference: { name: 'open and read', sample: await each(places.length, readRaw) },
        goal: { of: 'max', atMost: 20 },
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function each(times: number, work: (index: number) => Promise<void>) {
  const durations: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const from = performance.now();
    await work(index);
    durations.push(performance.now() - from);
  }
  return summaryOf(durations);
}
