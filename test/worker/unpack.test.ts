import fs, {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Header, pack } from 'tar-stream';
import { copyOutputs } from '../../src/worker/outputs.js';
import { EngineRefused } from '../../src/worker/ports.js';
import { moveInto, unpack } from '../../src/worker/unpack.js';
import type { Workspace } from '../../src/worker/workspace.js';

const LIMITS = { bytes: 1000, entries: 20 };
const temporary = (): string => mkdtempSync(path.join(tmpdir(), 'cyclone-unpack-'));

type Entry = Partial<Header> & { readonly name: string; readonly text?: string };

function archive(...entries: readonly Entry[]): AsyncIterable<Buffer> {
  const tar = pack();
  for (const { text = '', ...header } of entries) {
    if (header.type === undefined || header.type === 'file') tar.entry(header, text);
    else tar.entry(header);
  }
  tar.finalize();
  return tar as AsyncIterable<Buffer>;
}

async function unpacked(top: string, ...entries: readonly Entry[]): Promise<string> {
  const directory = temporary();
  await unpack(archive(...entries), directory, { top, limits: LIMITS });
  return directory;
}

describe('an archive', () => {
  test('brings files, directories, links and their modes', async () => {
    const directory = await unpacked(
      'dist',
      { name: 'dist/', type: 'directory' },
      { name: 'dist/run', text: '#!', mode: 0o4755 },
      { name: 'dist/again', type: 'link', linkname: 'dist/run' },
      { name: 'dist/link', type: 'symlink', linkname: '/usr/bin/x' },
    );
    expect(readFileSync(path.join(directory, 'dist/again'), 'utf8')).toBe('#!');
    expect(statSync(path.join(directory, 'dist/run')).mode & 0o7777).toBe(0o755);
    expect(fs.readlinkSync(path.join(directory, 'dist/link'))).toBe('/usr/bin/x');
  });

  test.each<[string, readonly Entry[]]>([
    ['a name that leaves', [{ name: 'out/../../evil', text: 'x' }]],
    ['a name that leaves and comes back', [{ name: '../out/evil', text: 'x' }]],
    ['an absolute name', [{ name: '/out', text: 'x' }]],
    ['another name than asked for', [{ name: 'other', text: 'x' }]],
    [
      'a file through a link',
      [
        { name: 'out', type: 'symlink', linkname: '/tmp' },
        { name: 'out/evil', text: 'x' },
      ],
    ],
    [
      'a file through a deeper link',
      [
        { name: 'out', type: 'directory' },
        { name: 'out/l', type: 'symlink', linkname: '..' },
        { name: 'out/l/evil', text: 'x' },
      ],
    ],
    [
      'a file over a link',
      [
        { name: 'out', type: 'symlink', linkname: '/tmp/evil' },
        { name: 'out', text: 'x' },
      ],
    ],
    [
      'a directory over a link',
      [
        { name: 'out', type: 'symlink', linkname: '/tmp' },
        { name: 'out', type: 'directory' },
      ],
    ],
    [
      'a file below a file',
      [
        { name: 'out', text: 'x' },
        { name: 'out/below', text: 'x' },
      ],
    ],
    ['a hard link out', [{ name: 'out', type: 'link', linkname: '../../etc/passwd' }]],
    ['an absolute hard link', [{ name: 'out', type: 'link', linkname: '/etc/passwd' }]],
    ['a hard link to what was not there', [{ name: 'out', type: 'link', linkname: 'out2' }]],
    [
      'a hard link to a link',
      [
        { name: 'out/l', type: 'symlink', linkname: '/etc/passwd' },
        { name: 'out/h', type: 'link', linkname: 'out/l' },
      ],
    ],
    ['a device', [{ name: 'out', type: 'character-device' }]],
    ['a pipe', [{ name: 'out', type: 'fifo' }]],
    ['too many bytes', [{ name: 'out', text: 'x'.repeat(1001) }]],
    [
      'too many bytes by links',
      [
        { name: 'out/a', text: 'x'.repeat(600) },
        { name: 'out/b', type: 'link', linkname: 'out/a' },
      ],
    ],
    ['too many entries', Array.from({ length: 21 }, (_, index) => ({ name: `out/${index}`, text: '' }))],
  ])('is refused with %s', async (_, entries) => {
    const parent = temporary();
    const directory = path.join(parent, 'in');
    mkdirSync(directory);
    await expect(
      unpack(archive(...entries), directory, { top: 'out', limits: LIMITS }),
    ).rejects.toMatchObject({
      name: 'ArchiveRefused',
    });
    expect(readdirSync(parent)).toEqual(['in']);
  });

  test('that is cut off fails', async () => {
    async function* half(): AsyncGenerator<Buffer> {
      for await (const chunk of archive({ name: 'out', text: 'x'.repeat(600) })) yield chunk.subarray(0, 300);
    }
    await expect(unpack(half(), temporary(), { top: 'out', limits: LIMITS })).rejects.toThrow();
  });
});

describe('moving into the workspace', () => {
  test('merges directories and replaces files', async () => {
    const [from, to] = [temporary(), temporary()];
    for (const [root, names] of [
      [from, ['a', 'b']],
      [to, ['b', 'c']],
    ] as const) {
      mkdirSync(path.join(root, 'dist'));
      for (const name of names)
        writeFileSync(path.join(root, 'dist', name), `${name} of ${root === from ? 'new' : 'old'}`);
    }
    await moveInto(from, to, 'dist');
    const texts = ['a', 'b', 'c'].map((name) => readFileSync(path.join(to, 'dist', name), 'utf8'));
    expect(texts).toEqual(['a of new', 'b of new', 'c of old']);
  });

  test('replaces a link that is there and does not write through it', async () => {
    const [from, to, outside] = [temporary(), temporary(), temporary()];
    writeFileSync(path.join(from, 'app'), 'new');
    writeFileSync(path.join(outside, 'victim'), 'old');
    symlinkSync(path.join(outside, 'victim'), path.join(to, 'app'));
    await moveInto(from, to, 'app');
    expect(readFileSync(path.join(outside, 'victim'), 'utf8')).toBe('old');
    expect(readFileSync(path.join(to, 'app'), 'utf8')).toBe('new');
  });

  test('refuses a directory over a link', async () => {
    const [from, to, outside] = [temporary(), temporary(), temporary()];
    mkdirSync(path.join(from, 'dist'));
    writeFileSync(path.join(from, 'dist/app'), 'new');
    symlinkSync(outside, path.join(to, 'dist'));
    await expect(moveInto(from, to, 'dist')).rejects.toMatchObject({ name: 'ArchiveRefused' });
    expect(readdirSync(outside)).toEqual([]);
  });
});

describe('outputs', () => {
  function workspace(): Workspace {
    const root = temporary();
    const inside = (name: string): string => path.join(root, name);
    const made = { root, code: inside('code'), incoming: inside('incoming'), caches: inside('caches') };
    mkdirSync(made.code);
    return made;
  }

  /** A container with these files; tells what it was asked for. */
  function source(files: Readonly<Record<string, string>>, asked: string[] = []) {
    return {
      workingDir: '/root/code',
      codeDir: '/root/code',
      container: {
        archive: (file: string) => {
          asked.push(file);
          const text = files[file];
          return text === undefined
            ? Promise.reject(new EngineRefused('container', 'no such path'))
            : Promise.resolve(archive({ name: path.posix.basename(file), text }));
        },
      },
    };
  }

  test('arrive in the root under their own name', async () => {
    const to = workspace();
    await copyOutputs(
      ['/go/bin/app', 'sub/lib', 'sub/../../x'],
      source({ '/go/bin/app': 'a', '/root/code/sub/lib': 'l', '/root/x': 'x' }),
      to,
    );
    expect(readdirSync(to.code).sort()).toEqual(['app', 'lib', 'x']);
    expect(readdirSync(to.incoming)).toEqual([]);
  });

  test('that are in the root already are left alone', async () => {
    const to = workspace();
    const asked: string[] = [];
    writeFileSync(path.join(to.code, 'app'), 'a');
    await copyOutputs(['app', './app', '/root/code/app', '.'], source({}, asked), to);
    expect(asked).toEqual([]);
  });

  test.each(['app', '/nowhere', '/'])('that do not exist fail: %s', async (output) => {
    await expect(copyOutputs([output], source({}), workspace())).rejects.toMatchObject({
      failure: { code: 'output' },
    });
  });
});
