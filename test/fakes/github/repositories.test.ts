import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { call, installationToken } from './testing/client.js';
import { createPerson } from './testing/person.js';

const NAME = 'octo-org/hello';
let github: FakeGitHub;
let token: string;

beforeEach(async () => {
  github = await startGitHub({ webhookUrl: 'http://127.0.0.1:9/nobody-listens' });
  await github.createRepository({ owner: 'octo-org', name: 'hello', private: true, files: { a: 'a' } });
  token = await installationToken(github, NAME);
});

afterEach(async () => {
  await github.close();
});

const told = (event: string) =>
  github.deliveries.all(event).map(({ request }) => JSON.parse(request.body) as unknown);
const ask = (method: string, path: string, body?: unknown, redirect: 'manual' | 'follow' = 'manual') =>
  fetch(`${github.apiUrl}${path}`, {
    method,
    redirect,
    headers: { authorization: `Bearer ${token}`, connection: 'close' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

test('the old name of a repository leads to the new one, in the API', async () => {
  github.repositories.rename(NAME, 'goodbye');
  expect(told('repository')).toMatchObject([
    {
      action: 'renamed',
      changes: { repository: { name: { from: 'hello' } } },
      repository: { full_name: 'octo-org/goodbye' },
    },
  ]);
  const { id } = github.repository('octo-org/goodbye');
  const read = await ask('GET', `/repos/${NAME}/branches?per_page=1`);
  const target = `${github.apiUrl}/repositories/${id}/branches?per_page=1`;
  expect([read.status, read.headers.get('location')]).toEqual([301, target]);
  expect(await read.json()).toMatchObject({ message: 'Moved Permanently', url: target });
  const sha = await github.push('octo-org/goodbye', { files: { a: 'b' } });
  const check = { name: 'test', head_sha: sha };
  expect((await ask('POST', `/repos/${NAME}/check-runs`, check)).status).toBe(307);
  expect((await ask('POST', `/repos/${NAME}/check-runs`, check, 'follow')).status).toBe(201);
  expect(github.checkRuns('octo-org/goodbye', sha)).toHaveLength(1);
  github.expectClean();
});

test('and in git; who may not see it is not told of its new name', async () => {
  const url = github.pushUrl(NAME);
  const stranger = github.pushUrl(NAME, 'stranger');
  github.repositories.rename(NAME, 'goodbye');
  const person = await createPerson();
  try {
    await person.git('clone', '--quiet', url, '.');
    await person.commit('b.txt', 'b\n');
    await person.git('push', '--quiet', 'origin', 'main');
    await expect(person.git('ls-remote', stranger)).rejects.toThrow('not found');
  } finally {
    await person.leave();
  }
  expect(told('push')).toMatchObject([{ repository: { full_name: 'octo-org/goodbye' } }]);
});

test('a former name belongs to whoever takes it next', async () => {
  github.repositories.rename(NAME, 'goodbye');
  const next = await github.createRepository({ owner: 'octo-org', name: 'hello', files: { n: 'n' } });
  const { body } = await call(github, 'GET', `/repos/${NAME}`, { token });
  expect(body).toMatchObject({ id: next.id, full_name: NAME });
});

test('a transfer takes it from one installation, and the next account hears of it', async () => {
  github.installations.install('other-org');
  github.repositories.transfer(NAME, 'other-org');
  expect(told('installation_repositories')).toMatchObject([
    { action: 'removed', installation: { account: { login: 'octo-org' } } },
  ]);
  expect(told('repository')).toMatchObject([
    {
      action: 'transferred',
      repository: { full_name: 'other-org/hello' },
      changes: { owner: { from: { organization: { login: 'octo-org' } } } },
      installation: { id: github.installationOf('other-org/hello').id },
    },
  ]);
  expect((await ask('GET', '/repos/other-org/hello')).status).toBe(404);
  token = await installationToken(github, 'other-org/hello');
  expect((await ask('GET', `/repos/${NAME}`, undefined, 'follow')).status).toBe(200);
  github.expectClean();
});

test('an App hears of a deletion by what its installation has left', async () => {
  github.repositories.remove(NAME);
  expect(told('repository')).toEqual([]);
  expect(told('installation_repositories')).toMatchObject([
    { action: 'removed', repositories_removed: [{ full_name: NAME }] },
  ]);
  expect((await ask('GET', `/repos/${NAME}`)).status).toBe(404);
  github.expectClean();
});

test('a fork that is gone leaves its pull request without a head repository', async () => {
  const pull = await github.pulls.open(NAME, { from: 'topic', fork: 'mallory', files: { b: 'b' } });
  github.repositories.remove('mallory/hello');
  await github.pulls.close(pull, 'octocat');
  expect(told('pull_request').at(-1)).toMatchObject({
    action: 'closed',
    pull_request: { head: { repo: null, sha: pull.head.sha } },
  });
  github.expectClean();
});

test('a repository is made public and private, and gets another default branch', async () => {
  github.repositories.setPrivate(NAME, false);
  expect((await fetch(`${github.apiUrl}/repos/${NAME}`)).status).toBe(200);
  github.repositories.setPrivate(NAME, true);
  await github.push(NAME, { branch: 'next', files: { b: 'b' } });
  await github.repositories.setDefaultBranch(NAME, 'next');
  await expect(github.repositories.setDefaultBranch(NAME, 'nowhere')).rejects.toThrow();
  expect(told('repository')).toMatchObject([
    { action: 'publicized', repository: { private: false } },
    { action: 'privatized', repository: { private: true } },
    {
      action: 'edited',
      changes: { default_branch: { from: 'main' } },
      repository: { default_branch: 'next' },
    },
  ]);
  github.expectClean();
});
