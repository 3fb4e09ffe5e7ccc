import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { call, installationToken } from './testing/client.js';
import { createPerson } from './testing/person.js';

let github: FakeGitHub;
let token: string;
let sha: string;

beforeAll(async () => {
  github = await startGitHub();
  await github.createRepository({ owner: 'octo-org', name: 'hello', files: { a: 'a' } });
  token = await installationToken(github, 'octo-org/hello');
});

afterAll(async () => {
  await github.close();
});

beforeEach(async () => {
  github.faults.clear();
  sha = await github.push('octo-org/hello', { files: { a: String(Math.random()) } });
});

const create = (name: string) =>
  call(github, 'POST', '/repos/octo-org/hello/check-runs', { token, body: { name, head_sha: sha } });
const names = () => github.checkRuns('octo-org/hello', sha).map(({ state }) => state.name);
const read = () => call(github, 'GET', '/repos/octo-org/hello', { token });

describe('a fault', () => {
  test('loses the answer to the second create, which was carried out', async () => {
    const fault = github.faults.add({ fault: { kind: 'lost' }, operation: 'checks/create', after: 1 });
    await create('first');
    await expect(create('second')).rejects.toThrow('fetch failed');
    await create('third');
    expect(names()).toEqual(['first', 'second', 'third']);
    expect(fault.hits).toBe(1);
  });

  test('is a gateway without GitHub behind it, twice', async () => {
    const fault = { kind: 'status', status: 502 } as const;
    github.faults.add({ fault, path: /check-runs$/, times: 2 });
    const statuses = [await create('a'), await create('b'), await create('c')].map(({ status }) => status);
    expect(statuses).toEqual([502, 502, 201]);
    expect(names()).toEqual(['c']);
  });

  test.each([403, 429] as const)('is the secondary rate limit, as %d', async (code) => {
    github.faults.add({ fault: { kind: 'secondary', retryAfterSeconds: 7, status: code } });
    const { status, headers, body } = await create('a');
    expect([status, headers.get('retry-after')]).toEqual([code, '7']);
    expect(body).toMatchObject({ message: expect.stringMatching(/secondary rate limit/) });
    expect(names()).toEqual([]);
  });

  test('is the primary limit, exhausted until its reset', async () => {
    github.faults.add({ fault: { kind: 'exhausted', resetInSeconds: 60 } });
    const answers = [await read(), await read()];
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    expect(answers[1]?.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(Number(answers[1]?.headers.get('x-ratelimit-reset'))).toBeGreaterThan(Date.now() / 1000);
    github.rateLimit.set({ remaining: 5000 });
    expect((await read()).status).toBe(200);
  });

  test('is a token that is suddenly bad, once', async () => {
    github.faults.add({ fault: { kind: 'unauthorized' } });
    expect([(await read()).status, (await read()).status]).toEqual([401, 200]);
    const refs = `${github.url}/octo-org/hello.git/info/refs?service=git-upload-pack`;
    github.faults.add({ fault: { kind: 'unauthorized' }, operation: 'git/upload-pack' });
    expect([(await fetch(refs)).status, (await fetch(refs)).status]).toEqual([401, 200]);
  });

  test('is latency, and the request is carried out', async () => {
    github.faults.add({ fault: { kind: 'latency', ms: 1 }, operation: 'checks/create' });
    expect((await create('slow')).status).toBe(201);
  });

  test('is all of GitHub down, git too', async () => {
    const person = await createPerson();
    try {
      const url = github.pushUrl('octo-org/hello');
      github.faults.down();
      await expect(read()).rejects.toThrow('fetch failed');
      await expect(person.git('ls-remote', url)).rejects.toThrow();
      github.faults.up();
      expect((await read()).status).toBe(200);
      expect(await person.git('ls-remote', url, 'refs/heads/main')).toContain(sha);
    } finally {
      await person.leave();
    }
  });
});

describe('requests', () => {
  test('are counted by operation and commit, refused and lost ones too', async () => {
    const { id } = (await create('a')).body as { id: number };
    github.faults.add({ fault: { kind: 'lost' } });
    await expect(create('b')).rejects.toThrow('fetch failed');
    const path = `/repos/octo-org/hello/check-runs/${id}`;
    await call(github, 'PATCH', path, { token, body: { status: 'in_progress' } });
    await call(github, 'GET', `/repos/octo-org/hello/commits/${sha}/check-runs`, { token });
    await call(github, 'GET', path);
    expect(github.requests({ commit: sha }).map(({ operation, status }) => [operation, status])).toEqual([
      ['checks/create', 201],
      ['checks/create', 0],
      ['checks/update', 200],
      ['checks/list-for-ref', 200],
      ['checks/get', 200],
    ]);
    expect(github.requests({ commit: sha, operation: 'checks/create' })).toHaveLength(2);
    expect(github.requests({ commit: sha, method: 'PATCH' })).toMatchObject([{ path: `/api/v3${path}` }]);
  });
});

describe('waitFor', () => {
  test('wakes up with a change, and gives up when closed or late', async () => {
    const seen = github.waitFor(() => github.checkRuns('octo-org/hello', sha)[0]);
    await create('awaited');
    expect((await seen).state.name).toBe('awaited');
    await expect(github.waitFor(() => false, { timeoutMs: 1, what: 'never' })).rejects.toThrow('never');
    const other = await startGitHub();
    const waiting = expect(other.waitFor(() => false)).rejects.toThrow('closed');
    await other.close();
    await waiting;
  });
});
