import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { extract, type Header } from 'tar-stream';
import { buildContext } from '../../src/worker/build-context.js';
import { parseDockerignore } from '../../src/worker/dockerignore.js';
import { compilePattern } from '../../src/worker/ignore-pattern.js';
import { StageFailed } from '../../src/worker/stage-failed.js';

function directoryOf(files: Readonly<Record<string, string>>): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'cyclone-context-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
    writeFileSync(path.join(directory, name), text);
  }
  return directory;
}

async function entriesOf(
  directory: string,
  dockerfile = 'Dockerfile',
): Promise<Map<string, Header & { text: string }>> {
  const entries = new Map<string, Header & { text: string }>();
  const tar = extract();
  const feed = pipeline(Readable.from(buildContext({ directory, dockerfile })), tar);
  feed.catch(() => undefined);
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    entries.set(entry.header.name, { ...entry.header, text: Buffer.concat(chunks).toString() });
  }
  await feed;
  return entries;
}

describe('a build context', () => {
  test('holds files and directories, owned by root', async () => {
    const entries = await entriesOf(
      directoryOf({ Dockerfile: 'FROM scratch', 'src/empty': '', 'src/a': 'x'.repeat(200_000) }),
    );
    expect([...entries.keys()].sort()).toEqual(['Dockerfile', 'src', 'src/a', 'src/empty']);
    expect(entries.get('src/a')?.text).toHaveLength(200_000);
    expect(entries.get('src/a')).toMatchObject({ uid: 0, gid: 0 });
  });

  test('says which name is no text, unless it is ignored', async () => {
    const directory = directoryOf({ Dockerfile: 'FROM scratch', 'fixtures/b': '' });
    writeFileSync(Buffer.concat([Buffer.from(`${directory}/fixtures/`), Buffer.from([0x61, 0xff])]), '');
    await expect(entriesOf(directory)).rejects.toThrow(
      new StageFailed(
        'workspace',
        'the name of fixtures/a\uFFFD is not UTF-8; .dockerignore can leave it out',
      ),
    );
    writeFileSync(path.join(directory, '.dockerignore'), 'fixtures/a?\n');
    expect([...(await entriesOf(directory)).keys()]).toContain('fixtures/b');
  });

  test('keeps links as links and never follows them', async () => {
    const directory = directoryOf({ Dockerfile: '' });
    symlinkSync('/etc', path.join(directory, 'etc'));
    symlinkSync('/etc/passwd', path.join(directory, 'passwd'));
    const entries = await entriesOf(directory);
    expect(entries.get('etc')).toMatchObject({ type: 'symlink', linkname: '/etc', text: '' });
    expect(entries.get('passwd')).toMatchObject({ type: 'symlink', linkname: '/etc/passwd', text: '' });
    expect([...entries.keys()].some((name) => name.startsWith('etc/'))).toBe(false);
  });

  test('leaves out sockets', async () => {
    const directory = directoryOf({ Dockerfile: '' });
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path.join(directory, 'socket'), resolve));
    try {
      expect([...(await entriesOf(directory)).keys()]).toEqual(['Dockerfile']);
    } finally {
      server.close();
    }
  });

  test('leaves out what .dockerignore says, but not the Dockerfile', async () => {
    const entries = await entriesOf(
      directoryOf({
        'docker/Dockerfile': '',
        '.dockerignore': '**\n!src\nsrc/*.log',
        'src/a': '',
        'src/a.log': '',
        'big/b': '',
      }),
      'docker/Dockerfile',
    );
    expect([...entries.keys()].sort()).toEqual(['.dockerignore', 'docker/Dockerfile', 'src', 'src/a']);
  });

  test('prefers the Dockerfile’s own ignore file', async () => {
    const entries = await entriesOf(
      directoryOf({ Dockerfile: '', '.dockerignore': 'a', 'Dockerfile.dockerignore': 'b', a: '', b: '' }),
    );
    expect([...entries.keys()].sort()).toEqual([
      '.dockerignore',
      'Dockerfile',
      'Dockerfile.dockerignore',
      'a',
    ]);
  });

  test('tells its reader when a file cannot be read', async () => {
    await expect(entriesOf('/nowhere/at/all')).rejects.toThrow(/ENOENT/);
  });

  test('of 200 MB is never in memory, however slowly the engine takes it', async () => {
    const size = 200_000_000;
    const directory = directoryOf({ Dockerfile: 'FROM scratch', large: '' });
    // A hole: nothing is written, and all of it is read.
    truncateSync(path.join(directory, 'large'), size);
    let [read, most, chunks] = [0, 0, 0];
    const before = process.memoryUsage().arrayBuffers;
    try {
      for await (const chunk of buildContext({ directory, dockerfile: 'Dockerfile' })) {
        read += chunk.length;
        chunks += 1;
        if (chunks % 32 !== 0) continue;
        // What reads ahead of its reader has the time to.
        await turnOfEventLoop();
        most = Math.max(most, process.memoryUsage().arrayBuffers - before);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
    expect(read).toBeGreaterThan(size);
    expect(most).toBeLessThan(size / 2);
  });

  test('does not look into a directory that is ignored', async () => {
    const directory = directoryOf({ Dockerfile: 'FROM scratch' });
    const [inside, outside] = [path.join(directory, 'node_modules'), directoryOf({})];
    const deep = Array.from({ length: 10 }, () => 'd'.repeat(250)).join('/');
    mkdirSync(path.join(inside, deep), { recursive: true });
    mkdirSync(path.join(outside, deep), { recursive: true });
    // Moved under the other, it has no path that the system would take: who walks there fails.
    renameSync(outside, path.join(inside, deep, 'e'));
    try {
      await expect(entriesOf(directory)).rejects.toThrow(/ENAMETOOLONG/);
      writeFileSync(path.join(directory, '.dockerignore'), 'node_modules\n');
      expect([...(await entriesOf(directory)).keys()].sort()).toEqual(['.dockerignore', 'Dockerfile']);
    } finally {
      renameSync(path.join(inside, deep, 'e'), outside);
    }
  });

  test('may be left in the middle', async () => {
    const directory = directoryOf({ a: 'x'.repeat(500_000), b: 'x'.repeat(500_000) });
    for await (const chunk of buildContext({ directory, dockerfile: 'Dockerfile' })) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });
});

// The table of moby/patternmatcher's own tests, and of the documentation.
test.each<[string, string, boolean]>([
  ['**', 'file', true],
  ['**', 'dir/file', true],
  ['**/', 'file', true],
  ['**/**', 'dir/file', true],
  ['dir/**', 'dir/file', true],
  ['dir/**', 'dir/dir2/file', true],
  ['dir/**', 'other/file', false],
  ['**/dir2/*', 'dir/dir2/file', true],
  ['**/dir2/**', 'dir/dir2/dir2/file', true],
  ['**file', 'dir/dir/file', true],
  ['**/file*txt', 'dir/dir/filetxt', true],
  ['**/*.txt', 'dir/dir/file.txt', true],
  ['**/*.txt', 'file.txt', true],
  ['**/**/*.txt', 'dir/dir/file.txt', true],
  ['a**/*.txt', 'a/dir/file.txt', true],
  ['a/*.txt', 'a/dir/file.txt', false],
  ['a/*.txt', 'a/file.txt', true],
  ['a[b-d]e', 'ae', false],
  ['a[b-d]e', 'ace', true],
  ['a[^b-d]e', 'aze', true],
  ['a[^b-d]e', 'ace', false],
  ['.*', '.foo', true],
  ['.*', 'foo', false],
  ['abc.def', 'abcdef', false],
  ['abc.def', 'abc.def', true],
  ['abc?def', 'abcZdef', true],
  ['a\\*b', 'a*b', true],
  ['a\\*b', 'axb', false],
  ['**/foo/bar', 'a/foo/bar', true],
  ['foo/**', 'foo/x', true],
  ['a(b)c/d', 'a(b)c/d', true],
  ['foo', 'foo/bar', true],
  ['/foo', 'foo', true],
  ['foo/', 'foo/bar', true],
  ['./foo', 'foo', true],
  ['a/../b', 'b', true],
  ['*', 'dir/file', true],
  ['*.md', 'docs/a.md', false],
  ['# not a pattern', '# not a pattern', false],
  ['', 'file', false],
  ['[', '[', true],
  ['[z-a]', 'z', false],
])('pattern %j on %j', (pattern, file, ignored) => {
  expect(parseDockerignore(pattern).ignores(file)).toBe(ignored);
});

test('a pattern that a backtracking matcher would need years for is answered', () => {
  const rules = parseDockerignore(`${'*a'.repeat(12)}b\n${'**/a'.repeat(12)}/b\n`);
  expect(rules.ignores('a'.repeat(100))).toBe(false);
  expect(rules.ignores('a/'.repeat(50))).toBe(false);
  expect(rules.ignores(`${'a'.repeat(100)}b`)).toBe(true);
});

test('property: patterns match what the same expression, backtracking, matches', () => {
  const word = fc.stringMatching(/^[ab/]{1,8}$/);
  const pattern = fc.array(fc.constantFrom('a', 'b', '/', '*', '?', '**', '**/'), {
    minLength: 1,
    maxLength: 6,
  });
  const meanings: Readonly<Record<string, string>> = {
    '**/': '(?:.*/)?',
    '**': '.*',
    '*': '[^/]*',
    '?': '[^/]',
  };
  const expression = (text: string): RegExp =>
    new RegExp(`^${text.replaceAll(/\*\*\/|\*\*|[*?]/g, (token) => meanings[token] ?? '')}$`, 's');
  fc.assert(
    fc.property(pattern, word, (parts, file) => {
      const text = parts.join('');
      // Three stars in a row, and what normalising would change, are not compared.
      fc.pre(!/\*\*\*|\/\/|^\/|\/$/.test(text) && !/\/\/|^\/|\/$/.test(file) && !text.endsWith('**/'));
      const above = file.split('/').map((_, index, all) => all.slice(0, index + 1).join('/'));
      expect(compilePattern(text)(file)).toBe(above.some((one) => expression(text).test(one)));
    }),
  );
});

test('the last rule that matches decides', () => {
  const rules = parseDockerignore('*.md\n!README*.md\nREADME-secret.md\r\n');
  expect(['a.md', 'README.md', 'README-x.md', 'README-secret.md'].map((file) => rules.ignores(file))).toEqual(
    [true, false, false, true],
  );
});
