import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import type { DiskArchive } from '../../src/adapters/archive/disk.js';
import type { ThreadsOptions } from '../../src/adapters/threads/threads.js';
import { logArchive } from '../../src/composition/log-archive.js';
import { findTroubles } from '../../src/logs/find-trouble.js';
import type { LogArchive, LogId } from '../../src/logs/ports.js';
import { type Search, searchLog } from '../../src/logs/search.js';

const LOG: LogId = { run: 1, stage: 'test' };
const KEPT = { days: 1, bytes: 1e9, s3: undefined };
const THREADS: ThreadsOptions = {
  entry: new URL('../../src/composition/look-thread.ts', import.meta.url),
  most: 2,
  idleMs: 60_000,
  heapMiB: 64,
  execArgv: ['--no-warnings', '--import', String(new URL('./support/typescript.mjs', import.meta.url))],
};

let directory: string;
let archive: DiskArchive;
let warnings: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'look-'));
  warnings = [];
  archive = open();
});

afterEach(async () => {
  archive.stop();
  await rm(directory, { recursive: true });
});

function open(options: Partial<ThreadsOptions> = {}): DiskArchive {
  const logger = { ...silent, warn: (_fields: object, message: string) => void warnings.push(message) };
  return logArchive(directory, KEPT, logger, { ...THREADS, ...options });
}

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

async function print(run: number, log: Buffer, isClosed: boolean): Promise<void> {
  for (let offset = 0; offset < log.length; offset += 64 * 1024) {
    const bytes = log.subarray(offset, offset + 64 * 1024);
    await archive.append({ key: { ...LOG, run, fence: 1 }, offset, bytes });
  }
  if (isClosed) await archive.close(run, LOG.stage);
}

async function searched(where: LogArchive, run: number, search: Search) {
  const lines: number[] = [];
  let last: object | undefined;
  for await (const found of searchLog(where, { ...LOG, run }, search)) {
    lines.push(...found.lines);
    last = { count: found.count, scanned: found.scanned };
  }
  return { lines, last };
}

/** The same logs, looked at by whoever asks. */
function plain(disk: DiskArchive): LogArchive {
  return Object.fromEntries(
    Object.entries(disk).filter(([name]) => name !== 'look'),
  ) as unknown as LogArchive;
}

/** Pieces of logs that are larger than what is looked at at once: many lines, one long one, and none that ends. */
const piece = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom('needle\n', 'Nee\x1b[1mdle\n', 'é NEEDLE 🌀\n', 'error: x\n', '\n', 'x'),
  },
  fc
    .tuple(fc.constantFrom('calm\n', 'y', 'é', 'needle ', 'a NEEDLE\n'), fc.integer({ min: 1, max: 150_000 }))
    .map(([text, times]) => text.repeat(times)),
);

describe('threads', () => {
  test('find what is found without them, in logs of any shape', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.array(piece, { maxLength: 12 }),
        fc.constantFrom('needle', 'NEEDLE', 'é', 'y'),
        fc.boolean(),
        fc.boolean(),
        async (pieces, text, isCaseSensitive, isClosed) => {
          run += 1;
          await print(run, Buffer.from(pieces.join('')), isClosed);
          const search = { text, isCaseSensitive };
          expect(await searched(archive, run, search)).toEqual(await searched(plain(archive), run, search));
          const log = { ...LOG, run };
          expect(await findTroubles(archive, log)).toEqual(await findTroubles(plain(archive), log));
        },
      ),
      { numRuns: 25 },
    );
    expect(warnings).toEqual([]);
  });

  test.each([
    ['cannot begin', { entry: pathToFileURL('/nowhere.js') }],
    ['have no memory', { heapMiB: 1 }],
  ])('that %s are done without, and one word is said of it', async (_name, options) => {
    await print(1, Buffer.from('calm\nneedle\n'.repeat(300_000)), true);
    archive.stop();
    archive = open(options);
    const { last } = await searched(archive, 1, { text: 'needle', isCaseSensitive: false });
    expect(last).toEqual({ count: 300_000, scanned: 600_000 });
    expect(warnings).toHaveLength(1);
  });
});
