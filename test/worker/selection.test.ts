import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ArchiveRefused, KEPT_LIMITS } from '../../src/worker/archive-rules.js';
import { literalPattern, selectFiles } from '../../src/worker/selection.js';
import { removeWorkspace } from '../../src/worker/workspace.js';
import { directoryOf, type Files, fill, sink } from './files.js';

const TREE: Files = {
  'dist/app.js': 'app',
  'dist/maps/app.map': 'map',
  'dist/empty/': '',
  'dist-old/app.js': 'old',
  'src/a.ts': 'a',
  'src/deep/b.ts': 'b',
  '.git/config': 'secret',
};

async function selected(patterns: readonly string[], files: Files = TREE): Promise<readonly string[]> {
  const { entries } = await selectFiles(directoryOf(files), patterns, { limits: KEPT_LIMITS });
  return entries.filter(({ kind }) => kind !== 'directory').map((entry) => entry.path);
}

describe('patterns', () => {
  test.each<[readonly string[], readonly string[]]>([
    [['dist'], ['dist/app.js', 'dist/maps/app.map']],
    [['./dist/'], ['dist/app.js', 'dist/maps/app.map']],
    [['dist/*.js'], ['dist/app.js']],
    [['dist/*'], ['dist/app.js', 'dist/maps/app.map']],
    [['**/*.ts'], ['src/a.ts', 'src/deep/b.ts']],
    [['dist', '!dist/maps'], ['dist/app.js']],
    [
      ['dist', '!dist/maps', 'dist/maps/app.map'],
      ['dist/app.js', 'dist/maps/app.map'],
    ],
    [['!src', '!dist*'], []],
    [['.'], ['dist-old/app.js', 'dist/app.js', 'dist/maps/app.map', 'src/a.ts', 'src/deep/b.ts']],
    [['.git', '.git/config'], []],
    [['{src,dist}/*.{ts,js}'], ['dist/app.js', 'src/a.ts']],
  ])('%j', async (patterns, expected) => {
    expect(await selected(patterns)).toEqual(expected);
  });

  test('name what matches nothing, and an empty directory is something', async () => {
    const patterns = ['dist', 'dist/empty', '!nothing', 'build', 'src/*.js'];
    const { missing, entries } = await selectFiles(directoryOf(TREE), patterns, { limits: KEPT_LIMITS });
    expect(missing).toEqual(['build', 'src/*.js']);
    expect(entries.map((entry) => entry.path)).toContain('dist/empty');
  });

  test('stand for a name as it is when they are made of one', async () => {
    const name = fc.stringMatching(/^[a-z!*?[\]{},\\ ]{1,8}$/).filter((text) => !/^\.+$/.test(text));
    await fc.assert(
      fc.asyncProperty(name, fc.uniqueArray(name, { maxLength: 4 }), async (wanted, others) => {
        const files = Object.fromEntries([wanted, ...others].map((one) => [one, '']));
        expect(await selected([literalPattern(wanted)], files)).toEqual([wanted]);
      }),
      { numRuns: 60 },
    );
  });
});

describe('what cannot be kept', () => {
  const GARBLED = Buffer.from('a\xffb', 'latin1');

  test('a name that is no text is refused where it is taken, and nowhere else', async () => {
    const root = directoryOf(TREE);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/dist/`), GARBLED]), '');
    await expect(selectFiles(root, ['dist'], { limits: KEPT_LIMITS })).rejects.toThrow(
      new ArchiveRefused('the name of dist/a\uFFFDb is not UTF-8'),
    );
    const { entries } = await selectFiles(root, ['dist/*.js', '**/*.ts'], { limits: KEPT_LIMITS });
    expect(entries.map((entry) => entry.path)).toEqual(['dist/app.js', 'src/a.ts', 'src/deep/b.ts']);
  });

  test('a name that is too long only as it is read is one of these', async () => {
    const root = directoryOf(TREE);
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.alloc(255, 0xff)]), '');
    const { entries } = await selectFiles(root, ['*.js', 'src/a.ts'], { limits: KEPT_LIMITS });
    expect(entries.map((entry) => entry.path)).toEqual(['src/a.ts']);
  });

  test('what lies deeper than a path of the host may be long is refused in words', async () => {
    const root = directoryOf({ 'dist/app.js': '' });
    sink(path.join(root, 'dist'));
    const refused = selectFiles(root, ['dist'], { limits: KEPT_LIMITS });
    await expect(refused).rejects.toThrow(ArchiveRefused);
    await expect(refused).rejects.toThrow(/^dist\/d[/d]{54}… is too deep$/);
    await removeWorkspace({ root });
  });
});

describe('links', () => {
  test('are kept as links where they stay inside, and never followed', async () => {
    const root = directoryOf({
      ...TREE,
      'dist/latest': '-> app.js',
      'dist/up': '-> ../src/a.ts',
      'dist/passwd': '-> /etc/passwd',
      'dist/out': '-> ../../outside',
      'dist/folder': '-> ../src',
      elsewhere: '-> src',
    });
    const { entries, leftOut } = await selectFiles(root, ['dist', 'elsewhere/a.ts'], { limits: KEPT_LIMITS });
    expect(
      entries.flatMap((entry) => (entry.kind === 'link' ? [`${entry.path} ${entry.target}`] : [])),
    ).toEqual(['dist/folder ../src', 'dist/latest app.js', 'dist/up ../src/a.ts']);
    expect(leftOut).toEqual(['dist/out', 'dist/passwd']);
    const all = await selectFiles(root, ['dist'], { limits: KEPT_LIMITS, allLinks: true });
    expect(all.entries.map((entry) => entry.path)).toEqual(
      expect.arrayContaining(['dist/out', 'dist/passwd']),
    );
    expect(all.leftOut).toEqual([]);
    expect(entries.map((entry) => entry.path)).not.toContain('elsewhere/a.ts');
  });
});

test('what is found says what it is', async () => {
  const root = directoryOf();
  mkdirSync(path.join(root, 'bin'));
  writeFileSync(path.join(root, 'bin/tool'), '#!');
  chmodSync(path.join(root, 'bin/tool'), 0o4755);
  utimesSync(path.join(root, 'bin/tool'), 5, 5);
  const { entries } = await selectFiles(root, ['bin/*'], { limits: KEPT_LIMITS });
  expect(entries).toEqual([{ path: 'bin/tool', kind: 'file', mode: 0o755, modified: 5000, size: 2 }]);
});

test('more than the limits is refused', async () => {
  const root = directoryOf();
  fill(root, { a: '12345', b: '67890' });
  for (const limits of [
    { bytes: 9, entries: 9 },
    { bytes: 99, entries: 1 },
  ]) {
    await expect(selectFiles(root, ['**'], { limits })).rejects.toMatchObject({ name: 'ArchiveRefused' });
  }
});
