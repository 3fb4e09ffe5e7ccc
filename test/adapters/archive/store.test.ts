import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { type DiskArchive, diskArchive } from '../../../src/adapters/archive/disk.js';
import { s3Objects } from '../../../src/adapters/s3/objects.js';
import { LogRemoved, type RunUsage } from '../../../src/logs/ports.js';
import { type FakeS3, startS3 } from '../../fakes/s3/server.js';
import { bytesOf } from './stream.js';

let directory: string;
let s3: FakeS3;
let warnings: string[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-'));
  s3 = await startS3();
  warnings = [];
});
afterEach(async () => {
  await s3.stop();
  await rm(directory, { recursive: true, force: true });
});

/** As a process finds it at its start. */
function opened(root = directory, retryMs = 3_600_000): DiskArchive {
  const { endpoint, bucket, region, accessKeyId, secretAccessKey } = s3;
  const objects = s3Objects({
    ...{ endpoint, bucket, region, accessKeyId, secretAccessKey },
    ...{ prefix: '', tries: 1, backoffMs: 1 },
  });
  const logger = { warn: (_fields: object, message: string) => void warnings.push(message) };
  return diskArchive(root, { limits: { chunk: 64, pack: 200 }, store: { objects, logger, retryMs } });
}

const BUILD = { run: 1, stage: 'build' };
const DB = { ...BUILD, service: 'db' };

function write(
  archive: DiskArchive,
  text: string,
  at: { fence?: number; offset?: number; service?: string } = {},
) {
  const { fence = 1, offset = 0, ...log } = at;
  const stamps = [{ offset: 0, at: 1000 + fence, stream: 'stdout' as const }];
  return archive.append({ key: { ...BUILD, ...log, fence }, offset, bytes: Buffer.from(text), stamps });
}

const textOf = async (archive: DiskArchive, log: { run: number; stage: string } = BUILD): Promise<string> =>
  (await bytesOf(archive, log)).toString();

/** Lines that do not compress to nothing. */
const lines = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, index) => `${((from + index) * 7919 * 104_729).toString(36)}\n`).join('');

async function filesHere(): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && /\.(index|pack|tail)$/.test(entry.name))
    .map(({ name }) => name);
}

async function usages(archive: DiskArchive): Promise<RunUsage[]> {
  const all: RunUsage[] = [];
  for await (const usage of archive.usage()) all.push(usage);
  return all;
}

describe('logs in a store of objects', () => {
  test('go there when their stage has ended, in small objects, and are read from there', async () => {
    const archive = opened();
    await write(archive, lines(200));
    await write(archive, 'ready\n', { service: 'db' });
    expect(s3.objects.size).toBe(0);
    await archive.close(1, 'build');
    await archive.idle();
    expect(await filesHere()).toEqual([]);
    const packs = [...s3.objects].filter(([name]) => name.endsWith('.pack'));
    expect(packs.length).toBeGreaterThan(3);
    for (const [, content] of packs) expect(content.length).toBeLessThanOrEqual(200);
    for (const reader of [archive, opened()]) {
      expect(await textOf(reader)).toBe(lines(200));
      expect((await bytesOf(reader, BUILD, 100, 300)).toString()).toBe(lines(200).slice(100, 300));
      expect(await textOf(reader, DB)).toBe('ready\n');
      expect(await reader.services(1, 'build')).toEqual(['db']);
      expect(await reader.index(BUILD)).toMatchObject({ bytes: lines(200).length, newlines: 200 });
      expect(await reader.stamps(BUILD, 50, 60)).toEqual([{ offset: 0, at: 1001, stream: 'stdout' }]);
    }
  });

  test('are found by a server whose disk is new', async () => {
    const archive = opened();
    await write(archive, lines(20));
    await write(archive, 'ready\n', { service: 'db' });
    await archive.close(1, 'build');
    await archive.idle();
    const other = opened(join(directory, 'new'));
    expect(await textOf(other)).toBe(lines(20));
    expect(await other.services(1, 'build')).toEqual(['db']);
    await write(other, 'again\n', { fence: 2 });
    expect(await textOf(other)).toBe(`${lines(20)}again\n`);
  });

  test('an upload that fails leaves the log here, and is tried again later', async () => {
    const archive = opened(directory, 1);
    await write(archive, lines(50));
    s3.always = { status: 403, code: 'AccessDenied' };
    await archive.close(1, 'build');
    await archive.idle();
    expect(warnings).toContain('log not moved to its store: tried again later');
    expect(await textOf(archive)).toBe(lines(50));
    s3.always = undefined;
    while ((await filesHere()).length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await textOf(opened())).toBe(lines(50));
    archive.stop();
  });

  test.each(['/1.1.pack', '/1.2.pack', '/1.index', '/remote.json'])(
    'a process that dies before %s is there: the log is read, and the next one sends it',
    async (file) => {
      const archive = opened();
      await write(archive, lines(50));
      s3.refusing = file;
      await archive.close(1, 'build');
      await archive.idle();
      expect([...s3.objects.keys()].filter((name) => name.endsWith(file))).toEqual([]);
      s3.refusing = undefined;
      const next = opened();
      expect(await textOf(next)).toBe(lines(50));
      expect((await usages(next))[0]?.open).toBe(true);
      await next.close(1, 'build');
      await next.idle();
      expect(await filesHere()).toEqual([]);
      expect(await textOf(opened())).toBe(lines(50));
    },
  );

  test('what is said of a run under way can be read without the store, once it is known', async () => {
    const archive = opened();
    await write(archive, lines(5));
    s3.always = 'hang up';
    expect(await textOf(archive)).toBe(lines(5));
    expect(await archive.size(BUILD)).toBe(lines(5).length);
  });

  test('a stage that runs again goes on behind what is there, and then joins it', async () => {
    const archive = opened();
    await write(archive, lines(30));
    await archive.close(1, 'build');
    await archive.idle();
    await write(archive, lines(30, 30), { fence: 2 });
    expect(await textOf(archive)).toBe(lines(60));
    await archive.close(1, 'build');
    await archive.idle();
    expect(await filesHere()).toEqual([]);
    expect(await textOf(opened())).toBe(lines(60));
  });

  test('what comes late, or comes again, of a log that is there', async () => {
    const first = opened();
    await write(first, lines(30));
    await first.close(1, 'build');
    await first.idle();
    for (const archive of [first, opened()]) {
      await write(archive, lines(30));
      expect(await textOf(archive)).toBe(lines(30));
    }
    const late = opened();
    await write(late, lines(40, 30), { offset: lines(30).length });
    expect(await textOf(late)).toBe(lines(70));
    expect(await textOf(opened())).toBe(lines(70));
    await late.close(1, 'build');
    await late.idle();
    expect(await filesHere()).toEqual([]);
    for (const archive of [late, opened()]) expect(await textOf(archive)).toBe(lines(70));
  });

  test('a removed log is told from one that was never printed, here and there', async () => {
    const archive = opened();
    await write(archive, lines(30));
    await archive.close(1, 'build');
    await write(archive, lines(5), { fence: 2 });
    await archive.idle();
    await archive.remove(1);
    await archive.idle();
    expect([...s3.objects.keys()]).toEqual(['1/remote.json']);
    for (const reader of [archive, opened(), opened(join(directory, 'new'))]) {
      expect(await reader.index(BUILD)).toMatchObject({ bytes: 0, removed: true });
      await expect(textOf(reader)).rejects.toBeInstanceOf(LogRemoved);
      expect((await reader.index({ run: 2, stage: 'build' })).removed).toBeUndefined();
      expect(await reader.services(1, 'build')).toEqual([]);
    }
    await write(archive, 'anew\n', { fence: 3 });
    await archive.close(1, 'build');
    await archive.idle();
    expect(await textOf(opened())).toBe('anew\n');
    expect((await archive.index({ run: 1, stage: 'other' })).removed).toBe(true);
  });

  test('a removal that the store does not hear of is done by the next process', async () => {
    const archive = opened();
    await write(archive, lines(30));
    await archive.close(1, 'build');
    await archive.idle();
    s3.always = 'hang up';
    await archive.remove(1);
    await archive.idle();
    expect((await archive.index(BUILD)).removed).toBe(true);
    expect(s3.objects.size).toBeGreaterThan(2);
    s3.always = undefined;
    const next = opened();
    expect((await next.index(BUILD)).removed).toBe(true);
    await next.start();
    await next.idle();
    expect([...s3.objects.keys()]).toEqual(['1/remote.json']);
  });

  test('usage counts what is there, and says what is still here', async () => {
    const archive = opened();
    await write(archive, lines(100));
    const [before] = await usages(archive);
    expect(before).toMatchObject({ run: 1, open: true });
    await archive.close(1, 'build');
    await archive.idle();
    const [after] = await usages(opened());
    const there = [...s3.objects].filter(([name]) => name.endsWith('.pack'));
    expect(after).toMatchObject({ run: 1, open: false });
    expect(after?.bytes).toBeGreaterThanOrEqual(there.reduce((sum, [, { length }]) => sum + length, 0));
    await archive.remove(1);
    expect(await usages(archive)).toEqual([]);
    expect(existsSync(join(directory, '1'))).toBe(false);
  });
});
