import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { call, installationToken } from './testing/client.js';
import { createPerson, type Person } from './testing/person.js';

interface Comparison {
  readonly status: string;
  readonly ahead_by: number;
  readonly files: readonly {
    readonly filename: string;
    readonly status: string;
    readonly previous_filename?: string;
  }[];
}

let github: FakeGitHub;
let person: Person;
const sha: Record<string, string> = {};

beforeAll(async () => {
  github = await startGitHub();
  await github.createRepository({ owner: 'octo-org', name: 'hello' });
  person = await createPerson();
  await person.git('init', '--quiet', '--initial-branch=main');
  sha['root'] = await person.commit('kept.txt', 'kept\n');
  await person.write('old.txt', 'a text that is long enough to be found again\n');
  sha['base'] = await person.commit('gone.txt', 'gone\n');
  await person.git('mv', 'old.txt', 'new name.txt');
  await person.git('rm', '--quiet', 'gone.txt');
  sha['head'] = await person.commit('kept.txt', 'changed\n');
  await person.git('checkout', '--quiet', '-b', 'side/one', sha['root'] ?? '');
  sha['side'] = await person.commit('side.txt', 'side\n');
  await person.git('checkout', '--quiet', '--orphan', 'island');
  sha['island'] = await person.commit('island.txt', 'far\n');
  await person.git('push', '--quiet', github.pushUrl('octo-org/hello'), '--all');
}, 30_000);
afterAll(async () => {
  await person.leave();
  await github.close();
});

const compare = async (base: string, head: string, query = '') => {
  const token = await installationToken(github, 'octo-org/hello');
  const basehead = `${encodeURIComponent(sha[base] ?? base)}...${encodeURIComponent(sha[head] ?? head)}`;
  return call<Comparison>(github, 'GET', `/repos/octo-org/hello/compare/${basehead}${query}`, { token });
};

describe('a comparison', () => {
  test('lists what changed, with both names of what was renamed', async () => {
    const { status, body } = await compare('base', 'head');
    expect([status, body.status, body.ahead_by]).toEqual([200, 'ahead', 1]);
    expect(body.files).toMatchObject([
      { filename: 'gone.txt', status: 'removed', additions: 0, deletions: 1 },
      { filename: 'kept.txt', status: 'modified', additions: 1, deletions: 1 },
      { filename: 'new name.txt', status: 'renamed', previous_filename: 'old.txt', additions: 0 },
    ]);
    github.expectClean();
  });

  test('is from where the two parted, by names of branches too', async () => {
    const { body } = await compare('main', 'side/one');
    expect(body).toMatchObject({ status: 'diverged', ahead_by: 1, behind_by: 2 });
    expect(body.files.map(({ filename }) => filename)).toEqual(['side.txt']);
    expect((await compare('head', 'base')).body).toMatchObject({ status: 'behind', files: [] });
    github.expectClean();
  });

  test('has its files on the first page, whatever the size of a page', async () => {
    expect((await compare('root', 'head', '?per_page=1')).body.files).toHaveLength(2);
    expect((await compare('root', 'head', '?per_page=1&page=2')).body.files).toEqual([]);
  });

  test('of commits without a common past, or that are not there, is 404', async () => {
    expect((await compare('head', 'island')).status).toBe(404);
    expect((await compare('f'.repeat(40), 'head')).status).toBe(404);
  });
});
