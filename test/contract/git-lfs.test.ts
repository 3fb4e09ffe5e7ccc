import { execFileSync } from 'node:child_process';
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { gitCheckout } from '../../src/adapters/git/checkout.js';
import type { CheckoutRequest } from '../../src/worker/ports.js';
import { type LargeFiles, largeFiles, pointerTo } from '../adapters/git/lfs-server.js';
import {
  basicOf,
  createOrigin,
  type GitServer,
  pushOf,
  repositoryAt,
  runGitHere,
  serveGit,
  temporary,
} from '../adapters/git/origin.js';

const never = new AbortController().signal;
const atOnce = (): Promise<void> => Promise.resolve();
const token = 'ghs_secretSecretSecret';
const LARGE = 'large, as such things go';
const OTHER = 'another large one';
const environment = { PATH: process.env['PATH'] ?? '' };

const root = temporary('root');
const origin = createOrigin(path.join(root, 'acme/api.git'));
const attributes = '*.bin filter=lfs diff=lfs merge=lfs -text\n';
let lfs: LargeFiles;
let server: GitServer;
let mirrors: string;

beforeAll(async () => {
  // What one test changes is not to be seen by the next.
  const current = (request: IncomingMessage, response: ServerResponse): boolean =>
    lfs.answer(request, response);
  server = await serveGit(root, token, { before: current });
});
afterAll(() => server.close());
beforeEach(() => {
  lfs = largeFiles(LARGE, OTHER);
  mirrors = temporary('mirrors');
});
afterEach(() => {
  expect(lfs.faults).toEqual([]);
});

function over(sha: string, options = { submodules: false, lfs: true }): CheckoutRequest {
  return {
    repository: repositoryAt(`${server.url}/acme/api.git`),
    trigger: pushOf(sha),
    token,
    options,
    directory: temporary('workspace'),
  };
}

/** @returns the workspace */
async function checkOut(wanted: CheckoutRequest): Promise<string> {
  await gitCheckout({ mirrors, environment, sleep: atOnce }).checkout(wanted, never);
  return wanted.directory;
}

const commit = (files: Readonly<Record<string, string>> = {}): string => {
  origin.git('rm', '-r', '--quiet', '--ignore-unmatch', '.');
  return origin.commit({ '.gitattributes': attributes, 'large.bin': pointerTo(LARGE), ...files });
};

const read = (...at: readonly string[]): string => readFileSync(path.join(...at), 'utf8');

function onDisk(text: string, ...directories: readonly string[]): string {
  try {
    return execFileSync('grep', ['-rlaF', '--', text, ...directories], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

describe('large files', () => {
  test('are there themselves, and the workspace is as committed', async () => {
    const workspace = await checkOut(over(commit({ 'deep/other.bin': pointerTo(OTHER) })));
    expect(read(workspace, 'large.bin')).toBe(LARGE);
    expect(read(workspace, 'deep/other.bin')).toBe(OTHER);
    expect(runGitHere(workspace, 'status', '--porcelain')).toBe('');
    // A stage that writes into its file must not write into everybody's.
    expect(lstatSync(path.join(workspace, 'large.bin')).nlink).toBe(1);
    expect(existsSync(path.join(workspace, '.git/lfs'))).toBe(false);
  });

  test('are pointers when nobody asks for them', async () => {
    const workspace = await checkOut(over(commit(), { submodules: false, lfs: false }));
    expect(read(workspace, 'large.bin')).toBe(pointerTo(LARGE));
    expect(lfs.asked).toEqual([]);
  });

  test('are downloaded once, and then kept by the mirror', async () => {
    const sha = commit();
    await checkOut(over(sha));
    const before = lfs.asked.length;
    expect(before).toBeGreaterThan(0);
    expect(read(await checkOut(over(sha)), 'large.bin')).toBe(LARGE);
    expect(lfs.asked).toHaveLength(before);
  });

  test('of submodules of the own server are there too', async () => {
    const lib = createOrigin(path.join(root, 'acme/lib.git'));
    const sha = lib.commit({ '.gitattributes': attributes, 'lib.bin': pointerTo(OTHER) });
    origin.git('rm', '-r', '--quiet', '--ignore-unmatch', '.');
    origin.link('lib', sha, '../lib.git');
    const workspace = await checkOut(over(origin.commit({}), { submodules: true, lfs: true }));
    expect(read(workspace, 'lib/lib.bin')).toBe(OTHER);
    origin.git('rm', '-r', '--quiet', '--cached', 'lib', '.gitmodules');
  });

  test('that the server does not have fail the checkout, named', async () => {
    await expect(checkOut(over(commit({ 'gone.bin': pointerTo('nobody has this') })))).rejects.toThrow(
      /^git lfs: .*no such object.*tried 4 times/s,
    );
  });
});

describe('the token', () => {
  const basic = basicOf(token).slice('Basic '.length);

  test('opens the large files, and is nowhere on disk', async () => {
    const workspace = await checkOut(over(commit()));
    for (const secret of [token, basic]) expect(onDisk(secret, mirrors, workspace)).toBe('');
  });

  test('is nowhere on disk when git-lfs fails either, nor in its words', async () => {
    lfs.broken = true;
    const wanted = over(commit());
    const error: unknown = await checkOut(wanted).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'CheckoutFailed' });
    for (const secret of [token, basic]) {
      expect(onDisk(secret, mirrors, wanted.directory)).toBe('');
      expect(String(error)).not.toContain(secret);
    }
  });

  describe('does not reach another host', () => {
    let elsewhere: Server;
    let url: string;
    let heard: { readonly url: string; readonly authorization: string | undefined }[];
    beforeEach(async () => {
      heard = [];
      elsewhere = createServer((request, response) => {
        heard.push({ url: request.url ?? '', authorization: request.headers.authorization });
        if (!lfs.answer(request, response)) response.writeHead(404).end();
      });
      await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`;
    });
    afterEach(() => new Promise((resolve) => elsewhere.close(resolve)));

    test('that a repository’s .lfsconfig names: it is not asked at all', async () => {
      const config = `[lfs]\n\turl = ${url}/evil.git/info/lfs\n[remote "origin"]\n\tlfsurl = ${url}/evil\n`;
      const workspace = await checkOut(over(commit({ '.lfsconfig': config })));
      expect(read(workspace, 'large.bin')).toBe(LARGE);
      expect(heard).toEqual([]);
    });

    test('where the server keeps its objects', async () => {
      lfs.storeAt = url;
      expect(read(await checkOut(over(commit())), 'large.bin')).toBe(LARGE);
      expect(heard.map(({ authorization }) => authorization)).toEqual([undefined]);
    });
  });

  test('nothing that .lfsconfig describes is run', async () => {
    const trace = path.join(temporary('trace'), 'ran');
    const config = `[lfs]
\tstandalonetransferagent = evil
[lfs "customtransfer.evil"]
\tpath = /bin/touch
\targs = ${trace}
[lfs "extension.evil"]
\tsmudge = touch ${trace}
\tclean = touch ${trace}
[filter "lfs"]
\tprocess = touch ${trace}
`;
    expect(read(await checkOut(over(commit({ '.lfsconfig': config }))), 'large.bin')).toBe(LARGE);
    expect(existsSync(trace)).toBe(false);
  });
});

test('what .lfsconfig leaves out stays a pointer', async () => {
  const config = '[lfs]\n\tfetchexclude = large.bin\n';
  const workspace = await checkOut(over(commit({ '.lfsconfig': config, 'other.bin': pointerTo(OTHER) })));
  expect([read(workspace, 'large.bin'), read(workspace, 'other.bin')]).toEqual([pointerTo(LARGE), OTHER]);
  expect(readdirSync(workspace)).toContain('.lfsconfig');
});
