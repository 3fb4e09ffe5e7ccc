import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { KEPT_LIMITS } from '../../src/worker/archive-rules.js';
import { packFiles, unzipped } from '../../src/worker/pack.js';
import { selectFiles } from '../../src/worker/selection.js';
import { moveAllInto, unpack } from '../../src/worker/unpack.js';
import { directoryOf, type Files, filesIn } from './files.js';

async function packed(root: string, times = false, patterns = ['**']): Promise<Buffer> {
  const { entries } = await selectFiles(root, patterns, { limits: KEPT_LIMITS });
  const chunks: Buffer[] = [];
  for await (const chunk of packFiles([{ root, entries }], { times })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield await Promise.resolve(bytes);
}

async function unpacked(bytes: Buffer, times = false): Promise<string> {
  const directory = directoryOf();
  await unpack(unzipped(once(bytes)), directory, { limits: KEPT_LIMITS, times });
  return directory;
}

const TREE: Files = {
  'dist/app.js': 'app',
  'dist/empty': '',
  'dist/nothing/': '',
  'dist/link': '-> app.js',
  'large.bin': 'x'.repeat(300_000),
  [`${'long/'.repeat(40)}name.txt`]: 'far below',
};

describe('what is packed', () => {
  test('comes out as it was: texts, links, empty directories, modes', async () => {
    const root = directoryOf(TREE);
    chmodSync(path.join(root, 'dist/app.js'), 0o777);
    const out = await unpacked(await packed(root));
    expect(filesIn(out)).toEqual(filesIn(root));
    expect(statSync(path.join(out, 'dist/app.js')).mode & 0o777).toBe(0o777);
  });

  test('is the same bytes for the same content, whenever it was written', async () => {
    const [one, other] = [
      directoryOf(TREE),
      directoryOf(Object.fromEntries(Object.entries(TREE).toReversed())),
    ];
    utimesSync(path.join(other, 'dist/app.js'), 1, 1);
    expect((await packed(one)).equals(await packed(other))).toBe(true);
    expect((await packed(one, true)).equals(await packed(other, true))).toBe(false);
  });

  test('keeps its age when asked to', async () => {
    const root = directoryOf(TREE);
    utimesSync(path.join(root, 'dist/app.js'), 1000, 1000);
    const out = await unpacked(await packed(root, true), true);
    expect(statSync(path.join(out, 'dist/app.js')).mtimeMs).toBe(1_000_000);
  });

  test('is whatever files there are', async () => {
    const name = fc.stringMatching(/^[a-zäß ]{1,6}$/).filter((text) => text.trim() !== '');
    const files = fc.dictionary(name, fc.string(), { maxKeys: 8 });
    await fc.assert(
      fc.asyncProperty(files, async (some) => {
        const plain = Object.fromEntries(Object.entries(some).map(([key, text]) => [key, `.${text}`]));
        expect(filesIn(await unpacked(await packed(directoryOf(plain))))).toEqual(
          filesIn(directoryOf(plain)),
        );
      }),
      { numRuns: 30 },
    );
  });

  test('half of it is an error, not half of the files in silence', async () => {
    const bytes = await packed(directoryOf(TREE));
    await expect(unpacked(bytes.subarray(0, bytes.length / 2))).rejects.toThrow();
  });

  test('a file that is gone meanwhile is an error', async () => {
    const root = directoryOf(TREE);
    const { entries } = await selectFiles(root, ['**'], { limits: KEPT_LIMITS });
    const other = directoryOf();
    const chunks = packFiles([{ root: other, entries }], { times: false });
    await expect(
      (async () => {
        for await (const _ of chunks);
      })(),
    ).rejects.toThrow('ENOENT');
  });
});

describe('moving all into a workspace', () => {
  test('lays over what is there, and leaves the rest', async () => {
    const workspace = directoryOf({ 'dist/app.js': 'old', 'dist/keep': 'kept', readme: 'r' });
    await moveAllInto(directoryOf({ 'dist/app.js': 'new', 'bin/x': 'x' }), workspace);
    expect(filesIn(workspace)).toEqual({
      'bin/x': 'x',
      'dist/app.js': 'new',
      'dist/keep': 'kept',
      readme: 'r',
    });
  });

  test('never goes through a link that stands there, nor into .git', async () => {
    const outside = directoryOf();
    const workspace = directoryOf();
    symlinkSync(outside, path.join(workspace, 'dist'));
    await expect(moveAllInto(directoryOf({ 'dist/x': 'x' }), workspace)).rejects.toMatchObject({
      name: 'ArchiveRefused',
    });
    mkdirSync(path.join(workspace, '.git'));
    await expect(moveAllInto(directoryOf({ '.git/config': 'x' }), workspace)).rejects.toMatchObject({
      name: 'ArchiveRefused',
    });
    expect(filesIn(outside)).toEqual({});
    expect(() => readFileSync(path.join(workspace, '.git/config'))).toThrow();
  });
});
