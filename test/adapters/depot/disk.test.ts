import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type DiskBlobsOptions, diskBlobs } from '../../../src/adapters/depot/disk.js';
import { BlobRefused, type BlobStore } from '../../../src/runs/ports.js';
import { textOf as read, words } from '../../content.js';
import { gate } from '../../worker/world.js';

const HOUR = 3600 * 1000;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 0, 5);
const GENEROUS = { unusedMs: 30 * DAY, bytes: 1e9 };

let root: string;
let now: number;
let blobs: BlobStore;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'cyclone-blobs-'));
  now = START;
  blobs = open();
});
afterEach(() => rm(root, { recursive: true }));

function open(options: Omit<DiskBlobsOptions, 'now'> = {}): BlobStore {
  return diskBlobs(root, { ...options, now: () => now });
}

const put = (...texts: readonly string[]) => blobs.put(words(...texts));
const textOf = async (digest: string) => read((await blobs.get(digest))?.content);
const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** Every file below the root. */
async function files(): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const fileOf = (digest: string): string => path.join(root, digest.slice(7, 9), digest.slice(7));

describe('a blob', () => {
  test('is named by what it is, and comes back as it was', async () => {
    const blob = await put('hello ', 'world');
    expect(blob).toEqual({ digest: digestOf('hello world'), bytes: 11 });
    expect(await blobs.get(blob.digest)).toMatchObject({ bytes: 11 });
    expect(await textOf(blob.digest)).toBe('hello world');
    expect(await readFile(fileOf(blob.digest), 'utf8')).toBe('hello world');
  });

  test('may be empty, and may come twice at once', async () => {
    const empty = await put();
    expect(await textOf(empty.digest)).toBe('');
    const both = await Promise.all([put('same'), put('same')]);
    expect(both[0]).toEqual(both[1]);
    expect(await files()).toHaveLength(2);
    expect(blobs.held()).toBe(4);
  });

  test('is not there under a name that is none', async () => {
    await writeFile(path.join(root, 'secret'), 'of others');
    for (const name of ['', 'secret', 'sha256:', 'sha256:../secret', `sha512:${'a'.repeat(64)}`]) {
      expect(await blobs.get(name)).toBeUndefined();
      expect(await blobs.touch({ digest: name, bytes: 9 })).toBe(false);
    }
    expect(await blobs.get(digestOf('never put'))).toBeUndefined();
  });

  test('that lost bytes is not there for who knows how many it had', async () => {
    const blob = await put('whole');
    expect(await blobs.touch(blob)).toBe(true);
    await truncate(fileOf(blob.digest), 0);
    expect(await blobs.touch(blob)).toBe(false);
    await put('whole');
    expect(await blobs.touch(blob)).toBe(true);
  });
});

describe('what is not kept leaves nothing', () => {
  afterEach(async () => {
    expect(await files()).toEqual([]);
    expect(blobs.held()).toBe(0);
  });

  test('more than the server keeps in one piece', async () => {
    blobs = open({ largest: 10 });
    let asked = 0;
    const endless = async function* (): AsyncGenerator<Buffer, void> {
      for (;;) yield await Promise.resolve(Buffer.alloc((asked += 1)));
    };
    await expect(blobs.put(endless())).rejects.toThrow(BlobRefused);
    await expect(blobs.put(endless())).rejects.toMatchObject({ reason: 'too_large' });
    expect(asked).toBeLessThan(20);
  });

  test('a source that breaks, whose error it is', async () => {
    const broken = async function* (): AsyncGenerator<Buffer, void> {
      yield* words('half');
      throw new Error('the container is gone');
    };
    await expect(blobs.put(broken())).rejects.toThrow('the container is gone');
  });
});

test('a disk that cannot be written refuses in words', async () => {
  await writeFile(path.join(root, 'unfinished'), 'in the way');
  await expect(put('x')).rejects.toMatchObject({
    name: 'BlobRefused',
    reason: 'broken',
    message: expect.stringContaining('EEXIST'),
  });
});

describe('tidying', () => {
  const there = async (...all: readonly { readonly digest: string }[]): Promise<boolean[]> => {
    const names = await files();
    return all.map(({ digest }) => names.includes(digest.slice(7)));
  };

  test('removes what was not used for so long, and a use is a get, a touch or a put', async () => {
    const [got, touched, again, unused] = [
      await put('got'),
      await put('touched'),
      await put('a'),
      await put('u'),
    ];
    now = START + 20 * DAY;
    await textOf(got.digest);
    await blobs.touch(touched);
    await put('a');
    now = START + 31 * DAY;
    expect(await blobs.tidy(GENEROUS)).toMatchObject({ removed: 1 });
    expect(await there(got, touched, again, unused)).toEqual([true, true, true, false]);
  });

  test('removes the longest unused when all are too much', async () => {
    const first = await put('1'.repeat(40));
    now += HOUR;
    const second = await put('2'.repeat(40));
    now += HOUR;
    const third = await put('3'.repeat(40));
    now += 2 * HOUR;
    await blobs.touch(first);
    expect(blobs.held()).toBe(120);
    expect(await blobs.tidy({ ...GENEROUS, bytes: 80 })).toMatchObject({ removed: 1 });
    expect(await there(first, second, third)).toEqual([true, false, true]);
    expect(blobs.held()).toBe(80);
  });

  test('notes a use once an hour and no oftener', async () => {
    const { digest } = await put('x');
    const used = async (): Promise<number> => (await stat(fileOf(digest))).mtimeMs - START;
    now += HOUR / 2;
    await textOf(digest);
    expect(await used()).toBe(0);
    now += HOUR;
    await textOf(digest);
    expect(await used()).toBe(1.5 * HOUR);
  });

  test('counts what an earlier process left', async () => {
    await put('12345');
    blobs = open();
    await blobs.tidy(GENEROUS);
    expect(blobs.held()).toBe(5);
  });

  test('removes what a killed process left half written, and not what is being written', async () => {
    await put('a blob');
    await writeFile(path.join(root, 'unfinished', 'of-the-dead'), 'half');
    const [goOn, begun] = [gate(), gate()];
    const slow = async function* (): AsyncGenerator<Buffer, void> {
      yield* words('slow ');
      begun.open();
      await goOn.passed;
      yield* words('writer');
    };
    const writing = blobs.put(slow());
    await begun.passed;
    await blobs.tidy(GENEROUS);
    expect(await readdir(path.join(root, 'unfinished'))).toHaveLength(1);
    goOn.open();
    expect(await textOf((await writing).digest)).toBe('slow writer');
    expect(await readdir(path.join(root, 'unfinished'))).toEqual([]);
  });

  test('lets be what is not ours, and an empty directory', async () => {
    await rm(root, { recursive: true });
    expect(await blobs.tidy(GENEROUS)).toMatchObject({ removed: 0 });
    await put('x');
    const other = path.join(root, 'README');
    await writeFile(other, 'of the operator');
    await utimes(other, 0, 0);
    now += 365 * DAY;
    await blobs.tidy(GENEROUS);
    expect(await files()).toEqual(['README']);
  });
});
