import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeEach, expect, test } from '@jest/globals';
import { diskArchive } from '../../../src/adapters/archive/disk.js';
import { type Causes, createCauses } from '../../../src/logs/cause/causes.js';
import type { CauseStore, KnownCause, LogArchive, LogMark } from '../../../src/logs/ports.js';
import { memoryArchive } from '../memory-archive.js';

let archive: LogArchive;
let kept: Map<string, KnownCause>;
let reads: number;
let hasFailed: boolean;
let warnings: string[];

beforeEach(() => {
  archive = memoryArchive(64);
  kept = new Map();
  reads = 0;
  hasFailed = true;
  warnings = [];
});

function causes(): Causes {
  const store: CauseStore = {
    load: async (run, stage) => kept.get(`${run}/${stage}`),
    keep: async (run, stage, known) => void kept.set(`${run}/${stage}`, known),
  };
  const counted: LogArchive = {
    ...archive,
    index: (log) => {
      reads += 1;
      return archive.index(log);
    },
  };
  const logger = { warn: (_: object, message: string) => void warnings.push(message) };
  return createCauses({ archive: counted, store, hasFailed: async () => hasFailed, logger });
}

let written = 0;
beforeEach(() => {
  written = 0;
});
async function print(text: string, ...kinds: readonly LogMark['kind'][]): Promise<void> {
  const bytes = Buffer.from(text);
  const marks = kinds.map((kind, n) => ({ offset: 0, at: 1, kind, number: n + 1 }));
  await archive.append({ key: { run: 1, stage: 'test', fence: 1 }, offset: written, bytes, marks });
  written += bytes.length;
}

test('it is looked for in the command that failed first, with its number in the whole log', async () => {
  await print('setting up\npanic: survived\n');
  await print('$ test\nsh: 1: foo: not found\n', 'command');
  await print('exit status 127\n', 'end');
  expect(await causes().of(1, 'test')).toMatchObject({ kind: 'shell', line: 4 });
});

test('a command that says no more than that it failed is explained by what was before it', async () => {
  await print('$ build\nsrc/a.c:1:2: error: no\n', 'command');
  await print('$ test\nexit status 1\n', 'command');
  await print('', 'end');
  expect(await causes().of(1, 'test')).toMatchObject({ kind: 'compiler', line: 2 });
});

test('the newest try is the one that counts', async () => {
  await print('$ test\npanic: the first time\n', 'command');
  await print('', 'end');
  await print('again\n', 'try');
  await print('$ test\nexit status 1\n', 'command');
  await print('', 'end');
  expect(await causes().of(1, 'test')).toMatchObject({ kind: 'exit', line: 5 });
});

test('what failed before any command is not looked for in what an older owner ran', async () => {
  const kept = await mkdtemp(path.join(tmpdir(), 'cyclone-causes-'));
  archive = diskArchive(kept);
  const append = (fence: number, text: string, marks: readonly LogMark[] = []): Promise<void> =>
    archive.append({ key: { run: 1, stage: 'test', fence }, offset: 0, bytes: Buffer.from(text), marks });
  const command = { offset: 0, at: 1, kind: 'command', number: 1 } as const;
  await append(1, '$ test\npanic: the first time\n', [command]);
  await append(2, '— run again by alice —\n');
  await append(3, 'secret NPM_TOKEN is not there\nError: nothing to run with\n');
  expect((await archive.index({ run: 1, stage: 'test' })).newest).toBe(56);
  expect(await causes().of(1, 'test')).toMatchObject({ text: 'Error: nothing to run with', line: 5 });
  await rm(kept, { recursive: true });
});

test('colours are taken away, and of what was written over the last is taken', async () => {
  await print('\u001b[31m 10%\r 50%\rpanic: oh\u001b[0m\n');
  expect(await causes().of(1, 'test')).toMatchObject({ text: 'panic: oh' });
});

test('it is kept, also that there is none, until the log grows', async () => {
  await print('all is well\n');
  const first = causes();
  expect(await first.of(1, 'test')).toBeUndefined();
  expect(await causes().of(1, 'test')).toBeUndefined();
  expect(reads).toBe(1);
  await print('panic: late\n');
  expect(await Promise.all([first.of(1, 'test'), first.of(1, 'test')])).toMatchObject([
    { line: 2 },
    { line: 2 },
  ]);
  expect(reads).toBe(2);
});

test('a stage that has not failed has none', async () => {
  await print('panic: oh\n');
  hasFailed = false;
  expect(await causes().of(1, 'test')).toBeUndefined();
});

test('a log that cannot be read gives none, and says so to the operator', async () => {
  await print('panic: oh\n');
  archive = { ...archive, index: () => Promise.reject(new Error('the disk is gone')) };
  expect(await causes().of(1, 'test')).toBeUndefined();
  expect(warnings).toEqual(['cause of a failure not looked for']);
  expect(kept.size).toBe(0);
});
