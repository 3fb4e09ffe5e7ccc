import { appendFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitCheckout } from '../../../src/adapters/git/checkout.js';
import type { CheckoutRequest } from '../../../src/worker/ports.js';
import { atOnce, checkOut, files, never, PLAIN, read, request, WITH_SUBMODULES } from './checking-out.js';
import {
  basicOf,
  createOrigin,
  type GitServer,
  pushOf,
  repositoryAt,
  runGitHere,
  serveGit,
  temporary,
} from './origin.js';

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
