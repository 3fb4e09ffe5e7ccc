import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { submoduleDirectory } from '../../../src/adapters/git/submodule-path.js';
import { files, never, read, request, WITH_SUBMODULES } from './checking-out.js';
import { createOrigin, type Origin, temporary } from './origin.js';

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
    expect(said).toMatch(/^git read-tree: .*\.gitmodules/);
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
