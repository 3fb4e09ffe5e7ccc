import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { installationToken } from './testing/client.js';
import { createPerson, type Person } from './testing/person.js';
import { type Receiver, startReceiver } from './testing/receiver.js';

const NOTHING = '0'.repeat(40);
let github: FakeGitHub;
let app: Receiver;
let ada: Person;
/** Each test has a repository of its own. */
let name: string;
let repositories = 0;

beforeAll(async () => {
  [github, app] = await Promise.all([startGitHub(), startReceiver()]);
  github.webhooksTo(app.url);
});

afterAll(async () => {
  await Promise.all([github.close(), app.close()]);
});

beforeEach(async () => {
  repositories += 1;
  name = `octo-org/hello-${repositories}`;
  ada = await createPerson();
});

afterEach(async () => {
  await ada.leave();
});

async function clone(options: { private?: boolean } = {}): Promise<string> {
  const [owner = '', repository = ''] = name.split('/');
  await github.createRepository({ owner, name: repository, files: { 'README.md': '# Hello\n' }, ...options });
  await ada.git('clone', '--quiet', github.pushUrl(name), '.');
  return ada.git('rev-parse', 'HEAD');
}

/** What the tests look into; the whole is checked against GitHub's schema as it is sent. */
interface Payload {
  readonly ref: string;
  readonly after: string;
  readonly pusher: { readonly name: string };
}

/** The payloads of this repository's events, when there are so many and the App has answered them all. */
async function told(event: string, count: number): Promise<Payload[]> {
  const { id } = github.repository(name);
  const found = await github.waitFor(() => {
    const all = github.deliveries
      .all(event)
      .filter(({ repositoryId, response }) => repositoryId === id && response !== undefined);
    return all.length >= count ? all : undefined;
  });
  return found.map(({ request }) => JSON.parse(request.body) as Payload);
}

const pushes = (count: number): Promise<Payload[]> => told('push', count);

describe('a push with the real git', () => {
  test('is told to the App, signed, in the form of GitHub', async () => {
    const before = await clone();
    const after = await ada.commit('main.txt', 'one\n');
    await ada.git('push', '--quiet', 'origin', 'main');

    const [payload] = await pushes(1);
    expect(payload).toMatchObject({
      ref: 'refs/heads/main',
      before,
      after,
      created: false,
      deleted: false,
      forced: false,
      base_ref: null,
      commits: [{ id: after, added: ['main.txt'], modified: [], removed: [], distinct: true }],
      head_commit: { id: after, message: 'Change main.txt', author: { name: 'Ada', email: 'ada@localhost' } },
      repository: { full_name: name, clone_url: `${github.url}/${name}.git` },
      pusher: { name: 'octocat' },
      sender: { login: 'octocat' },
      installation: { id: github.installation.id },
      organization: { login: 'octo-org' },
    });

    const received = app.received.find(
      ({ headers }) => headers['x-github-delivery'] === github.deliveries.all('push')[0]?.guid,
    );
    const signature = createHmac('sha256', github.webhookSecret)
      .update(received?.body ?? '')
      .digest('hex');
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
      'x-github-delivery': expect.stringMatching(/^[0-9a-f-]{36}$/),
      'x-github-hook-installation-target-id': String(github.appId),
      'x-github-hook-installation-target-type': 'integration',
      'x-hub-signature-256': `sha256=${signature}`,
    });
    github.expectClean();
  });

  test('of a new branch lists only what is new, and says on which branch it was put', async () => {
    const main = await clone();
    await ada.git('push', '--quiet', 'origin', 'main:same');
    const [same] = await pushes(1);
    expect(same).toMatchObject({
      created: true,
      before: NOTHING,
      after: main,
      base_ref: 'refs/heads/main',
      commits: [],
    });

    const topic = await ada.commit('topic.txt', 'x\n');
    await ada.git('push', '--quiet', 'origin', 'HEAD:feature/topic');
    const [, payload] = await pushes(2);
    expect(payload).toMatchObject({
      ref: 'refs/heads/feature/topic',
      created: true,
      base_ref: null,
      compare: `${github.url}/${name}/compare/feature/topic`,
      commits: [{ id: topic }],
    });
    github.expectClean();
  });

  test('that rewrites history is forced; one that deletes has no head commit', async () => {
    const first = await clone();
    await ada.commit('a.txt', 'a\n');
    await ada.git('push', '--quiet', 'origin', 'HEAD:topic');
    await ada.git('reset', '--quiet', '--hard', first);
    const rewritten = await ada.commit('b.txt', 'b\n');
    await ada.git('push', '--quiet', '--force', 'origin', 'HEAD:topic');
    await ada.git('push', '--quiet', 'origin', ':topic');

    const [, forced, deleted] = await pushes(3);
    expect(forced).toMatchObject({ forced: true, after: rewritten, commits: [{ id: rewritten }] });
    expect(deleted).toMatchObject({
      deleted: true,
      before: rewritten,
      after: NOTHING,
      head_commit: null,
      commits: [],
    });
    github.expectClean();
  });

  test('of an annotated tag names the tag, and the commit that it marks', async () => {
    const head = await clone();
    await ada.git('tag', '-a', 'v1', '-m', 'one');
    await ada.git('push', '--quiet', 'origin', 'v1');
    const [payload] = await pushes(1);
    expect(payload).toMatchObject({
      ref: 'refs/tags/v1',
      created: true,
      after: await ada.git('rev-parse', 'v1'),
      base_ref: 'refs/heads/main',
      head_commit: { id: head },
      commits: [],
    });
    expect(payload?.after).not.toBe(head);
    github.expectClean();
  });

  test('of more than three tags makes no events for them', async () => {
    await clone();
    for (const tag of ['v1', 'v2', 'v3', 'v4']) await ada.git('tag', tag);
    await ada.git('push', '--quiet', '--tags', 'origin', 'main:branch-of-the-same-push');
    const [payload] = await pushes(1);
    expect(payload?.ref).toBe('refs/heads/branch-of-the-same-push');
    await ada.git('push', '--quiet', 'origin', 'main:afterwards');
    expect((await pushes(2)).map(({ ref }) => ref)).not.toContain('refs/tags/v1');
  });

  test('to an empty repository decides its default branch', async () => {
    await github.createRepository({ owner: 'octo-org', name: name.split('/')[1] ?? '' });
    await ada.git('init', '--quiet', '--initial-branch=trunk');
    await ada.commit('a.txt', 'a\n');
    await ada.git('push', '--quiet', github.pushUrl(name), 'trunk');
    const [payload] = await pushes(1);
    expect(payload).toMatchObject({ ref: 'refs/heads/trunk', repository: { default_branch: 'trunk' } });
    expect(await ada.git('ls-remote', '--symref', github.pushUrl(name), 'HEAD')).toContain(
      'refs/heads/trunk',
    );
  });

  test('opens a check suite for the App', async () => {
    await clone();
    const after = await ada.commit('main.txt', 'one\n');
    await ada.git('push', '--quiet', 'origin', 'main');
    const [payload] = await told('check_suite', 1);
    expect(payload).toMatchObject({
      action: 'requested',
      check_suite: { head_sha: after, head_branch: 'main', status: 'queued', app: { id: github.appId } },
    });
    github.expectClean();
  });

  test('larger than one buffer arrives whole', async () => {
    await clone();
    const noise = Buffer.from(Array.from({ length: 1_000_000 }, (_, at) => (at * 2_654_435_761) >>> 13));
    const after = await ada.commit('noise.bin', noise);
    await ada.git('-c', 'http.postBuffer=65536', 'push', '--quiet', 'origin', 'main');
    expect((await pushes(1))[0]?.after).toBe(after);
  });
});

describe('git over HTTP', () => {
  const bearer = (token: string) =>
    `http.extraHeader=Authorization: Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;

  test('lets everybody read a public repository, and nobody unknown write it', async () => {
    await clone();
    const url = `${github.url}/${name}.git`;
    expect(await ada.git('ls-remote', url, 'refs/heads/main')).toContain('refs/heads/main');
    await expect(ada.git('push', url, 'main:other')).rejects.toThrow('could not read Username');
  });

  test('hides a private repository from those who may not see it', async () => {
    await clone({ private: true });
    await github.createRepository({ owner: 'octo-org', name: 'other', private: true });
    const url = `${github.url}/${name}.git`;
    await expect(ada.git('ls-remote', url)).rejects.toThrow('could not read Username');
    await expect(ada.git('ls-remote', github.pushUrl(name, 'stranger'))).rejects.toThrow('not found');
    const here = await installationToken(github, name, { repositories: [name.split('/')[1]] });
    const there = await installationToken(github, name, { repositories: ['other'] });
    expect(await ada.git('-c', bearer(here), 'ls-remote', url)).toContain('refs/heads/main');
    await expect(ada.git('-c', bearer(there), 'ls-remote', url)).rejects.toThrow('not found');
  });

  test('takes no push with a token that may only read, and none from a reader', async () => {
    await clone();
    const url = `${github.url}/${name}.git`;
    const token = await installationToken(github, name);
    await expect(ada.git('-c', bearer(token), 'push', url, 'main:other')).rejects.toThrow('403');
    const reader = github.pushUrl(name, 'reader');
    await expect(ada.git('push', reader, 'main:other')).rejects.toThrow('403');
    github.people.add(name, 'reader', { permission: 'write' });
    await ada.git('push', '--quiet', reader, 'main:other');
    expect((await pushes(1))[0]?.pusher.name).toBe('reader');
  });

  test('gives any commit by its sha, also one that no ref leads to', async () => {
    const first = await clone();
    const lost = await ada.commit('lost.txt', 'x\n');
    await ada.git('push', '--quiet', 'origin', 'main');
    await ada.git('push', '--quiet', '--force', 'origin', `${first}:main`);
    const other = await createPerson();
    try {
      await other.git('init', '--quiet');
      await other.git('fetch', '--quiet', '--depth=1', github.pushUrl(name), lost);
      expect(await other.git('rev-parse', 'FETCH_HEAD')).toBe(lost);
    } finally {
      await other.leave();
    }
  });

  test('reads requests that are compressed', async () => {
    const head = await clone();
    const answer = await fetch(`${github.url}/${name}.git/git-upload-pack`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-git-upload-pack-request',
        'content-encoding': 'gzip',
        'git-protocol': 'version=2',
        connection: 'close',
      },
      body: gzipSync('0014command=ls-refs\n00010000'),
    });
    expect(await answer.text()).toContain(`${head} refs/heads/main`);
  });
});
