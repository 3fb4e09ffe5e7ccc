import { mkdtemp, readdir, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { diskArchive } from '../../../src/adapters/archive/disk.js';
import type { LogArchive } from '../../../src/logs/ports.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'archive-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function write(
  archive: LogArchive,
  text: string,
  at: { stage?: string; fence?: number; offset?: number } = {},
) {
  const key = { run: 1, stage: at.stage ?? 's', fence: at.fence ?? 1 };
  await archive.append({ key, offset: at.offset ?? 0, bytes: Buffer.from(text) });
}

async function text(
  archive: LogArchive,
  stage = 's',
  start = 0,
  end = Number.POSITIVE_INFINITY,
): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of archive.read({ run: 1, stage }, start, end)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Files of the folder that this process holds open. */
async function openBelow(folder: string): Promise<number> {
  const links = (await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => ''));
  return (await Promise.all(links)).filter((path) => path.startsWith(folder)).length;
}

describe('diskArchive', () => {
  test('a log that was never written is empty', async () => {
    const archive = diskArchive(directory);
    expect(await archive.size({ run: 1, stage: 's' })).toBe(0);
    expect(await text(archive)).toBe('');
    await archive.close(1, 's');
    await archive.remove(1);
  });

  test('what a reader was given stays as it is, whatever is written with the memory of other chunks', async () => {
    const archive = diskArchive(directory, { limits: { chunk: 4096, pack: 1024 * 1024 } });
    const parts = Array.from({ length: 40 }, (_, index) => String.fromCharCode(0x41 + index).repeat(1000));
    const given: Buffer[] = [];
    for (const [index, part] of parts.entries()) {
      await write(archive, part, { offset: index * 1000 });
      // Some chunks are looked at, and others are not: their memory is used again.
      if (index % 12 > 0) continue;
      const log = { run: 1, stage: 's' };
      for await (const bytes of archive.read(log, index * 1000, (index + 1) * 1000)) given.push(bytes);
    }
    const expected = parts.filter((_, index) => index % 12 === 0).join('');
    expect(Buffer.concat(given).toString()).toBe(expected);
    expect(await text(archive)).toBe(parts.join(''));
  });

  test('a segment that comes again changes nothing', async () => {
    const archive = diskArchive(directory);
    await write(archive, 'one\n');
    await write(archive, 'two\n', { offset: 4 });
    await write(archive, 'one\n');
    await archive.close(1, 's');
    await write(archive, 'two\n', { offset: 4 });
    expect(await text(archive)).toBe('one\ntwo\n');
    expect(await archive.size({ run: 1, stage: 's' })).toBe(8);
  });

  test('fences follow each other as numbers, read across their seams', async () => {
    const archive = diskArchive(directory);
    await write(archive, 'tenth', { fence: 10 });
    await write(archive, 'ninth ', { fence: 9 });
    await write(archive, 'first ', { fence: 1 });
    expect(await text(archive)).toBe('first ninth tenth');
    expect(await text(archive, 's', 4, 14)).toBe('t ninth te');
    expect(await text(archive, 's', 6, 12)).toBe('ninth ');
    expect(await text(archive, 's', 99)).toBe('');
    expect(await archive.size({ run: 1, stage: 's' })).toBe(17);
  });

  test('any range over any fences in any pieces', async () => {
    const fences = fc.array(fc.array(fc.uint8Array({ minLength: 1, maxLength: 30 }), { maxLength: 6 }), {
      maxLength: 4,
    });
    let run = 100;
    const archive = diskArchive(directory, { open: { count: 2, weight: 1e9 } });
    await fc.assert(
      fc.asyncProperty(fences, fc.nat(200), fc.nat(200), async (fences, start, length) => {
        run += 1;
        for (const [fence, segments] of fences.entries()) {
          let offset = 0;
          for (const bytes of segments) {
            await archive.append({ key: { run, stage: 's', fence }, offset, bytes: Buffer.from(bytes) });
            offset += bytes.length;
          }
        }
        const whole = Buffer.concat(fences.flat());
        const chunks: Buffer[] = [];
        for await (const chunk of archive.read({ run: run, stage: 's' }, start, start + length))
          chunks.push(chunk);
        expect(Buffer.concat(chunks)).toEqual(whole.subarray(start, start + length));
        expect(await archive.size({ run: run, stage: 's' })).toBe(whole.length);
      }),
      { numRuns: 60 },
    );
  });

  test('stages of any name stay inside the directory and apart', async () => {
    const archive = diskArchive(directory);
    const stages = [
      '../../x',
      '..',
      '.',
      '',
      '/etc/passwd',
      'lint',
      'Lint',
      'a:b',
      'a b',
      'a/b',
      'é'.repeat(200),
      'a\0b',
    ];
    for (const stage of stages) await write(archive, `log of ${stage}`, { stage });
    for (const stage of stages) expect(await text(archive, stage)).toBe(`log of ${stage}`);
    const files = (await filesBelow(directory)).map((file) => relative(directory, file).toLowerCase());
    expect(new Set(files).size).toBe(stages.length);
    for (const file of files) expect(file).toMatch(/^1\/[a-z0-9_-]+\/1\.1\.tail$/);
  });

  test('logs can be read only by the owner', async () => {
    await write(diskArchive(directory), 'x');
    const [file = ''] = await filesBelow(directory);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(directory, '1'))).mode & 0o777).toBe(0o700);
  });

  test('keeps few files open, and none of a closed stage', async () => {
    const archive = diskArchive(directory, { open: { count: 3, weight: 1e9 } });
    const stages = Array.from({ length: 20 }, (_, index) => `stage ${index}`);
    await Promise.all(stages.map((stage) => write(archive, 'a', { stage })));
    for (const stage of stages) await write(archive, 'b', { stage, offset: 1 });
    for (const stage of stages) expect(await text(archive, stage)).toBe('ab');
    await write(archive, 'c', { stage: 'stage 3', offset: 2 });
    // Closing happens behind the writes.
    while ((await openBelow(directory)) > 3) await new Promise((resolve) => setImmediate(resolve));
    for (const stage of stages) await archive.close(1, stage);
    await archive.close(1, 'stage 3');
    expect(await openBelow(directory)).toBe(0);
  });

  test('leaves no file open when a reader stops early', async () => {
    const archive = diskArchive(directory);
    await write(archive, 'x'.repeat(200_000));
    await archive.close(1, 's');
    for await (const chunk of archive.read({ run: 1, stage: 's' }, 0, 200_000)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    expect(await openBelow(directory)).toBe(0);
  });

  test('remove forgets the run, and no other whose number begins alike', async () => {
    const archive = diskArchive(directory);
    await write(archive, 'mine');
    await archive.append({ key: { run: 11, stage: 's', fence: 1 }, offset: 0, bytes: Buffer.from('other') });
    await archive.remove(1);
    expect(await archive.size({ run: 1, stage: 's' })).toBe(0);
    expect(await archive.size({ run: 11, stage: 's' })).toBe(5);
    await write(archive, 'anew');
    expect(await text(archive)).toBe('anew');
  });

  test('an error of the disk reaches the writer, and the next write begins anew', async () => {
    const archive = diskArchive(join(directory, 'logs'));
    await writeFile(join(directory, 'logs'), 'a file where the folder should be');
    await expect(write(archive, 'x')).rejects.toMatchObject({ code: 'ENOTDIR' });
    await rm(join(directory, 'logs'));
    await write(archive, 'x');
    expect(await text(diskArchive(join(directory, 'logs')))).toBe('x');
  });
});
