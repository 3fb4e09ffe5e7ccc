import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitCheckout } from '../../../src/adapters/git/checkout.js';
import { submoduleDirectory } from '../../../src/adapters/git/submodule-path.js';
import type { CheckoutOptions, CheckoutRequest } from '../../../src/worker/ports.js';
import {
  basicOf,
  createOrigin,
  type GitServer,
  type Origin,
  pushOf,
  repositoryAt,
  runGitHere,
  serveGit,
  temporary,
} from './origin.js';

const never = new AbortController().signal;
const atOnce = (): Promise<void> => Promise.resolve();
const PLAIN: CheckoutOptions = { submodules: false, lfs: false };
const WITH_SUBMODULES: CheckoutOptions = { ...PLAIN, submodules: true };

function request(origin: Origin, sha: string, options: CheckoutOptions): CheckoutRequest {
  return {
    repository: repositoryAt(`file://${origin.directory}`),
    trigger: pushOf(sha),
    options,
    directory: temporary('workspace'),
  };
}

const files = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true, sleep: atOnce });

/** Of a commit of this origin. @returns the workspace */
async function checkOut(origin: Origin, sha: string, options: CheckoutOptions): Promise<string> {
  const wanted = request(origin, sha, options);
  await files.checkout(wanted, never);
  return wanted.directory;
}

const read = (...at: readonly string[]): string => readFileSync(path.join(...at), 'utf8');

describe('a checkout with a depth', () => {
  const origin = createOrigin();
  const [first = '', second = '', third = ''] = ['1', '2', '3'].map((text) =>
    origin.commit({ 'a.txt': text }),
  );

  test.each([
    [1, [third]],
    [2, [third, second]],
    [3, [third, second, first]],
    [4, [third, second, first]],
  ])('of %d has so many commits of history, and a working git', async (depth, commits) => {
    const workspace = await checkOut(origin, third, { ...PLAIN, depth });
    expect(runGitHere(workspace, 'rev-list', 'HEAD').split('\n')).toEqual(commits);
    expect(runGitHere(workspace, 'rev-parse', '--is-shallow-repository')).toBe(String(depth < 3));
    expect(runGitHere(workspace, 'status', '--porcelain')).toBe('');
    expect(runGitHere(workspace, 'fsck', '--no-dangling')).toBe('');
  });

  test('leaves the mirror whole: the next checkout has all of the history', async () => {
    await checkOut(origin, third, { ...PLAIN, depth: 1 });
    const workspace = await checkOut(origin, third, PLAIN);
    expect(runGitHere(workspace, 'rev-list', '--count', 'HEAD')).toBe('3');
  });

  test('counts the steps of the shortest way, as git does', async () => {
    const merged = createOrigin();
    merged.commit({ root: '1' });
    merged.commit({ root: '2' });
    merged.git('checkout', '--quiet', '-b', 'side', 'HEAD~1');
    merged.commit({ side: '1' });
    merged.commit({ side: '2' });
    merged.git('checkout', '--quiet', 'main');
    merged.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'side');
    const sha = merged.git('rev-parse', 'HEAD');
    for (const depth of [1, 2, 3, 4, 5]) {
      const clone = temporary('clone');
      runGitHere(clone, 'clone', '--quiet', '--bare', `--depth=${depth}`, `file://${merged.directory}`, '.');
      const workspace = await checkOut(merged, sha, { ...PLAIN, depth });
      const count = runGitHere(workspace, 'rev-list', '--count', 'HEAD');
      expect(`${depth}: ${count}`).toBe(`${depth}: ${runGitHere(clone, 'rev-list', '--count', 'HEAD')}`);
    }
  });
});

describe('submodules', () => {
  const lib = createOrigin();
  const inner = createOrigin();
  const innerSha = inner.commit({ 'inner.txt': 'inside of inside' });
  lib.commit({ 'lib.txt': 'old' });
  lib.link('deep/inner', innerSha, `file://${inner.directory}`);
  const libSha = lib.commit({ 'lib.txt': 'a library' });
  const origin = createOrigin();
  origin.link('vendor/lib', libSha, `../${path.basename(lib.directory)}`, 'lib');
  const sha = origin.commit({ 'a.txt': 'one' });

  test('are there with all of theirs, and git knows them', async () => {
    const workspace = await checkOut(origin, sha, WITH_SUBMODULES);
    expect(read(workspace, 'vendor/lib/lib.txt')).toBe('a library');
    expect(read(workspace, 'vendor/lib/deep/inner/inner.txt')).toBe('inside of inside');
    expect(runGitHere(workspace, 'status', '--porcelain')).toBe('');
    const status = runGitHere(workspace, 'submodule', 'status', '--recursive');
    expect(status.split('\n').map((line) => line.trim().split(' ').slice(0, 2))).toEqual([
      [libSha, 'vendor/lib'],
      [innerSha, 'vendor/lib/deep/inner'],
    ]);
  });

  test('are empty directories when nobody asks for them', async () => {
    const workspace = await checkOut(origin, sha, PLAIN);
    expect(readdirSync(path.join(workspace, 'vendor/lib'))).toEqual([]);
  });

  test('have a history as long as that of the repository', async () => {
    const workspace = await checkOut(origin, sha, { ...WITH_SUBMODULES, depth: 1 });
    expect(runGitHere(path.join(workspace, 'vendor/lib'), 'rev-list', '--count', 'HEAD')).toBe('1');
  });

  test('borrow from a directory of this repository alone, which is known ahead', async () => {
    const wanted = request(origin, sha, WITH_SUBMODULES);
    const ahead = await files.borrows(wanted);
    expect(await files.checkout(wanted, never)).toEqual({ borrowed: ahead });
    const alternates = read(wanted.directory, 'vendor/lib/.git/objects/info/alternates');
    expect(ahead).toContain(path.dirname(path.dirname(alternates.trim())));
    const other = { ...wanted, repository: { ...wanted.repository, id: 8 } };
    expect(await files.borrows(other)).not.toContain(ahead[1]);
    expect(await files.borrows({ ...wanted, options: PLAIN })).toEqual([ahead[0]]);
  });

  test('that are there are not asked for again', async () => {
    const [one, two] = [createOrigin(), createOrigin()];
    const linked = one.commit({ 'a.txt': 'a' });
    two.link('one', linked, `file://${one.directory}`);
    const commit = two.commit({});
    await checkOut(two, commit, WITH_SUBMODULES);
    writeFileSync(path.join(one.directory, '.git/HEAD'), 'gone');
    const workspace = await checkOut(two, commit, WITH_SUBMODULES);
    expect(read(workspace, 'one/a.txt')).toBe('a');
  });

  test('that say update = none stay out', async () => {
    const kept = createOrigin();
    kept.link('lib', libSha, `file://${lib.directory}`);
    appendFileSync(path.join(kept.directory, '.gitmodules'), '\tupdate = none\n');
    const workspace = await checkOut(kept, kept.commit({}), WITH_SUBMODULES);
    expect(readdirSync(path.join(workspace, 'lib'))).toEqual([]);
  });
});

test('large files are refused on a machine without git-lfs, with what to install', async () => {
  const origin = createOrigin();
  const wanted = request(origin, origin.commit({ 'a.txt': 'one' }), { ...PLAIN, lfs: true });
  const programs = temporary('programs');
  symlinkSync(
    execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim(),
    path.join(programs, 'git'),
  );
  const git = gitCheckout({
    mirrors: temporary('mirrors'),
    allowFile: true,
    environment: { PATH: programs },
  });
  await expect(git.checkout(wanted, never)).rejects.toThrow(/^lfs: .*install git-lfs/);
});

describe('over HTTP', () => {
  const token = 'ghs_secretSecretSecret';
  const root = temporary('root');
  const elsewhere = temporary('elsewhere');
  const repositories = {
    api: createOrigin(path.join(root, 'acme/api')),
    lib: createOrigin(path.join(root, 'acme/lib')),
    hidden: createOrigin(path.join(root, 'acme/hidden')),
    other: createOrigin(path.join(elsewhere, 'other/lib')),
  };
  const shas = {
    lib: repositories.lib.commit({ 'lib.txt': 'mine' }),
    hidden: repositories.hidden.commit({ 'lib.txt': 'a secret' }),
    other: repositories.other.commit({ 'lib.txt': 'theirs' }),
  };
  let own: GitServer;
  let foreign: GitServer;
  beforeAll(async () => {
    own = await serveGit(root, token, { hidden: ['/acme/hidden'] });
    foreign = await serveGit(elsewhere, undefined);
  });
  afterAll(() => Promise.all([own.close(), foreign.close()]));

  function over(sha: string, more: Partial<CheckoutRequest> = {}): CheckoutRequest {
    return {
      repository: repositoryAt(`${own.url}/acme/api/.git`),
      trigger: pushOf(sha),
      token,
      options: WITH_SUBMODULES,
      directory: temporary('workspace'),
      ...more,
    };
  }

  /** The commit of a repository with this submodule. */
  function linked(sha: string, url: string): string {
    repositories.api.git('rm', '-r', '--cached', '--quiet', '--ignore-unmatch', '.');
    writeFileSync(path.join(repositories.api.directory, '.gitmodules'), '');
    repositories.api.link('lib', sha, url);
    return repositories.api.commit({});
  }

  const git = gitCheckout({ mirrors: temporary('mirrors'), sleep: atOnce });

  test.each(['../../lib/.git', 'git@127.0.0.1:acme/lib/.git', 'ssh://git@127.0.0.1/acme/lib/.git'])(
    'a submodule %s of the own server is fetched with the token',
    async (url) => {
      const wanted = over(linked(shas.lib, url));
      await git.checkout(wanted, never);
      expect(read(wanted.directory, 'lib/lib.txt')).toBe('mine');
      expect(read(wanted.directory, '.git/config') + read(wanted.directory, 'lib/.git/config')).not.toMatch(
        /secret|extraheader/i,
      );
    },
  );

  test('a submodule of another server is fetched without it', async () => {
    const wanted = over(linked(shas.other, `${foreign.url}/other/lib/.git`), { trusted: true });
    await git.checkout(wanted, never);
    expect(read(wanted.directory, 'lib/lib.txt')).toBe('theirs');
    expect(new Set(foreign.authorizations)).toEqual(new Set([undefined]));
  });

  test('what a submodule’s own url brings of names and passwords is neither used nor kept nor shown', async () => {
    const url = `${foreign.url}/nothing/.git`.replace('//', '//ada:hunter2@');
    const wanted = over(linked(shas.other, url), { trusted: true });
    const error: unknown = await git.checkout(wanted, never).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/submodule lib: /);
    expect(String(error)).not.toContain('hunter2');
    expect(new Set(foreign.authorizations)).toEqual(new Set([undefined]));
  });

  test('a submodule that is not on the internet is asked for by trusted repositories only', async () => {
    const wanted = over(linked(shas.other, `${foreign.url}/other/lib/.git`));
    const before = foreign.authorizations.length;
    await expect(git.checkout(wanted, never)).rejects.toThrow(
      /^submodule lib: 127\.0\.0\.1:\d+ is 127\.0\.0\.1, which is not on the internet$/,
    );
    const named = over(linked(shas.other, foreign.url.replace('127.0.0.1', 'localhost')));
    await expect(git.checkout(named, never)).rejects.toThrow(/^submodule lib: localhost:\d+ is .*internet$/);
    expect(foreign.authorizations).toHaveLength(before);
  });

  test('a private submodule fails the checkout, named, with what to do', async () => {
    const wanted = over(linked(shas.hidden, `${own.url}/acme/hidden/.git`));
    const error: unknown = await git.checkout(wanted, never).catch((thrown: unknown) => thrown);
    expect(String(error)).toMatch(/^CheckoutFailed: submodule lib: git fetch: .*not found/s);
    expect(String(error)).toMatch(/in a stage, with a secret of yours\.$/);
    expect(String(error)).not.toContain(token);
    expect(own.authorizations).toContain(basicOf(token));
  });
});

describe('a submodule is refused, and named,', () => {
  const lib = createOrigin();
  const libSha = lib.commit({ 'hooks/post-checkout': '#!/bin/sh\ntouch /tmp/x\n' });

  /** What a checkout says of this repository. */
  async function refusalOf(build: (origin: Origin) => string | void): Promise<string> {
    const origin = createOrigin();
    const sha = build(origin) ?? origin.commit({ 'a.txt': 'one' });
    const wanted = request(origin, sha, WITH_SUBMODULES);
    const error: unknown = await files.checkout(wanted, never).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'CheckoutFailed' });
    expect(readdirSync(path.join(wanted.directory, '.git'))).not.toContain('hooks');
    return (error as Error).message;
  }

  test.each([
    ['ext::sh -c touch% /tmp/x', /protocol ext .* not allowed/],
    ['--upload-pack=touch', /no URL/],
    ['git://git.example/lib', /protocol git .* not allowed/],
    ['git@git.example:acme/lib', /write https:\/\/git\.example\/acme\/lib/],
    ['file:///nowhere', /git fetch: .*secret of yours/s],
  ])('whose url is %s', async (url, words) => {
    const said = await refusalOf((origin) => origin.link('vendor/lib', libSha, url));
    expect(said).toMatch(/^submodule vendor\/lib: /);
    expect(said).toMatch(words);
  });

  test('whose name climbs out', async () => {
    const said = await refusalOf((origin) =>
      origin.link('lib', libSha, `file://${lib.directory}`, '../../hooks'),
    );
    expect(said).toMatch(/^submodule lib: its name .* climbs out/);
  });

  test('that nobody describes', async () => {
    const said = await refusalOf((origin) => {
      origin.git('update-index', '--add', '--cacheinfo', `160000,${libSha},lib`);
    });
    expect(said).toMatch(/^submodule lib: \.gitmodules has no url/);
  });

  test('when .gitmodules is a link', async () => {
    const said = await refusalOf((origin) => {
      origin.link('lib', libSha, `file://${lib.directory}`);
      return crafted(origin, [
        `160000 commit ${libSha}\tlib`,
        `120000 blob ${blobOf(origin, 'elsewhere')}\t.gitmodules`,
        `100644 blob ${blobOf(origin, read(origin.directory, '.gitmodules'))}\telsewhere`,
      ]);
    });
    expect(said).toMatch(/^git checkout: .*\.gitmodules/);
  });

  test('in a .gitmodules that git cannot read', async () => {
    const said = await refusalOf((origin) => {
      origin.link('lib', libSha, `file://${lib.directory}`);
      appendFileSync(path.join(origin.directory, '.gitmodules'), '[submodule');
    });
    expect(said).toMatch(/^git config: /);
  });
});

test('a submodule is not written through a link, in a tree that git itself would never write (CVE-2024-32002)', async () => {
  const lib = createOrigin();
  const libSha = lib.commit({ 'post-checkout': '#!/bin/sh\ntouch /tmp/x\n' });
  const origin = createOrigin();
  origin.link('link/hooks', libSha, `file://${lib.directory}`);
  const inside = fed(origin, `160000 commit ${libSha}\thooks\n`, 'mktree', '--missing');
  const sha = crafted(origin, [
    `100644 blob ${blobOf(origin, read(origin.directory, '.gitmodules'))}\t.gitmodules`,
    `120000 blob ${blobOf(origin, '.git')}\tlink`,
    `040000 tree ${inside}\tlink`,
  ]);
  const wanted = request(origin, sha, WITH_SUBMODULES);
  await files.checkout(wanted, never).catch(() => undefined);
  expect(readdirSync(path.join(wanted.directory, '.git'))).not.toContain('hooks');
});

describe('the directory of a submodule', () => {
  const workspace = temporary('workspace');
  mkdirSync(path.join(workspace, 'real/lib'), { recursive: true });
  mkdirSync(path.join(workspace, '.git/hooks'), { recursive: true });
  symlinkSync('.git', path.join(workspace, 'link'));
  symlinkSync('../.git', path.join(workspace, 'real/link'));

  test('is a directory of the workspace', async () => {
    expect(await submoduleDirectory(workspace, 'real/lib')).toBe(path.join(workspace, 'real/lib'));
  });

  test.each([
    'link/hooks',
    'link',
    'real/link/hooks',
    'none',
    '.git/hooks',
    '.GIT/hooks',
    '../x',
    'real/../real/lib',
    '/etc',
    '',
  ])('is not %j', async (inside) => {
    await expect(submoduleDirectory(workspace, inside)).rejects.toMatchObject({ name: 'CheckoutFailed' });
  });
});

function blobOf(origin: Origin, text: string): string {
  return fed(origin, text, 'hash-object', '-w', '--stdin');
}

/** A commit of just these entries, which need not be any that git's own commands would put into a tree. */
function crafted(origin: Origin, entries: readonly string[]): string {
  const tree = fed(origin, `${entries.join('\n')}\n`, 'mktree', '--missing');
  const sha = origin.git('commit-tree', '-m', 'crafted', tree);
  origin.git('update-ref', 'refs/heads/main', sha);
  return sha;
}

function fed({ directory }: Origin, input: string, ...args: readonly string[]): string {
  return execFileSync('git', ['-C', directory, ...args], { input, encoding: 'utf8' }).trim();
}
