import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { call, installationToken } from './testing/client.js';

const RUNS = '/repos/octo-org/hello/check-runs';
let github: FakeGitHub;
let token: string;
let sha: string;

beforeAll(async () => {
  github = await startGitHub({ webhookUrl: 'http://127.0.0.1:9/nobody-listens' });
  await github.createRepository({ owner: 'octo-org', name: 'hello', files: { a: 'a' } });
  token = await installationToken(github, 'octo-org/hello');
});

afterAll(async () => {
  await github.close();
});

beforeEach(async () => {
  sha = await github.push('octo-org/hello', { files: { a: String(Math.random()) } });
  github.forgive();
});

interface Run {
  readonly id: number;
  readonly check_suite: { readonly id: number };
}

const create = (body: object) =>
  call<Run>(github, 'POST', RUNS, { token, body: { name: 'test', head_sha: sha, ...body } });
const update = (id: number, body: object) => call(github, 'PATCH', `${RUNS}/${id}`, { token, body });
/** Ids, newest first. */
const listed = async (query = '') => {
  const path = `/repos/octo-org/hello/commits/${sha}/check-runs?${query}`;
  const { body } = await call<{ check_runs: { id: number }[] }>(github, 'GET', path, { token });
  return body.check_runs.map(({ id }) => id);
};
const annotation = { path: 'a', start_line: 1, end_line: 1, annotation_level: 'failure', message: 'no' };
const annotations = (count: number) => Array.from({ length: count }, () => annotation);

describe('a check run', () => {
  test('goes from queued to completed, and every state is kept', async () => {
    const { status, body } = await create({ external_id: '7/test', details_url: 'http://ci.test/runs/7' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ status: 'queued', conclusion: null, app: { id: github.appId } });
    await update(body.id, { status: 'in_progress' });
    const done = await update(body.id, { conclusion: 'success', output: { title: 't', summary: 's' } });
    expect(done.body).toMatchObject({
      status: 'completed',
      conclusion: 'success',
      external_id: '7/test',
      details_url: 'http://ci.test/runs/7',
      completed_at: expect.any(String),
      output: { title: 't', summary: 's', text: null },
    });
    const [run] = github.checkRuns('octo-org/hello', sha);
    expect(run?.history.map(({ state }) => state.status)).toEqual(['queued', 'in_progress', 'completed']);
    const told = JSON.parse(github.deliveries.all('check_run').at(-1)?.request.body ?? 'null') as unknown;
    expect(told).toMatchObject({ action: 'completed', sender: { login: 'cyclone[bot]', type: 'Bot' } });
    github.expectClean();
  });

  test('that is taken up again has no conclusion any more', async () => {
    const { body } = await create({ status: 'completed', conclusion: 'failure' });
    const again = await update(body.id, { status: 'in_progress' });
    expect(again.body).toMatchObject({ status: 'in_progress', conclusion: null, completed_at: null });
  });

  test('gathers annotations over updates and lists them by pages', async () => {
    const { body } = await create({
      output: { title: 't', summary: 's', annotations: annotations(50) },
    });
    const output = {
      title: 't',
      summary: 's',
      annotations: [{ ...annotation, start_column: 2, end_column: 4 }],
    };
    expect((await update(body.id, { output })).body).toMatchObject({ output: { annotations_count: 51 } });
    const page = await call(github, 'GET', `${RUNS}/${body.id}/annotations?per_page=50&page=2`, { token });
    expect(page.body).toMatchObject([{ path: 'a', start_column: 2 }]);
    expect(page.headers.get('link')).toContain('page=1>; rel="prev"');
    github.expectClean();
  });

  test.each([
    ['completed without a conclusion', { status: 'completed' }],
    ['with a conclusion before its end', { status: 'in_progress', conclusion: 'success' }],
    ['stale by its App', { conclusion: 'stale' }],
    ['with 65,536 characters', { output: { title: 't', summary: 'x'.repeat(65_536) } }],
    [
      'with 65,536 bytes in fewer characters',
      { output: { title: 't', summary: 's', text: 'é'.repeat(32_768) } },
    ],
    ['with a long title', { output: { title: 'x'.repeat(256), summary: 's' } }],
    ['with 51 annotations at once', { output: { title: 't', summary: 's', annotations: annotations(51) } }],
    [
      'with columns over several lines',
      {
        output: { title: 't', summary: 's', annotations: [{ ...annotation, end_line: 2, start_column: 1 }] },
      },
    ],
    [
      'with four buttons',
      { actions: ['a', 'b', 'c', 'd'].map((identifier) => ({ label: 'l', description: 'd', identifier })) },
    ],
    ['with a long label', { actions: [{ label: 'x'.repeat(21), description: 'd', identifier: 'i' }] }],
    ['with a long description', { actions: [{ label: 'l', description: 'x'.repeat(41), identifier: 'i' }] }],
    ['with a long identifier', { actions: [{ label: 'l', description: 'd', identifier: 'x'.repeat(21) }] }],
    ['on no commit', { head_sha: '1'.repeat(40) }],
  ])('is refused %s', async (_, body) => {
    const answer = await create(body);
    expect(answer.status).toBe(422);
    expect(github.violations).toHaveLength(1);
    expect(github.checkRuns('octo-org/hello', sha)).toEqual([]);
  });

  test('just within the limits is taken', async () => {
    const output = { title: 'x'.repeat(255), summary: 'x'.repeat(65_535), text: `${'é'.repeat(32_767)}x` };
    expect((await create({ output })).status).toBe(201);
  });

  test('is written only with the right to write checks', async () => {
    const reader = await installationToken(github, 'octo-org/hello', { permissions: { checks: 'read' } });
    const body = { name: 'test', head_sha: sha };
    expect((await call(github, 'POST', RUNS, { token: reader, body })).status).toBe(403);
    expect((await call(github, 'POST', RUNS, { body })).status).toBe(401);
    expect(
      (await call(github, 'POST', RUNS, { token: github.people.user('octocat').token, body })).status,
    ).toBe(403);
  });
});

describe('the check runs of a commit', () => {
  test('are the newest of each name, or all, filtered', async () => {
    const first = (await create({})).body.id;
    const second = (await create({})).body.id;
    const other = (await create({ name: 'lint', conclusion: 'success' })).body.id;
    expect(await listed()).toEqual([other, second]);
    expect(await listed('filter=all')).toEqual([other, second, first]);
    expect(await listed('check_name=lint')).toEqual([other]);
    expect(await listed('status=queued&filter=all')).toEqual([second, first]);
    expect(await listed(`app_id=${github.appId}`)).toHaveLength(2);
    expect(await listed('app_id=1')).toEqual([]);
  });

  test('make a suite that is completed with the last of them', async () => {
    const { body } = await create({});
    await create({ name: 'lint', conclusion: 'success' });
    const suite = `/repos/octo-org/hello/check-suites/${body.check_suite.id}`;
    expect((await call(github, 'GET', suite, { token })).body).toMatchObject({
      status: 'in_progress',
      head_sha: sha,
    });
    await update(body.id, { conclusion: 'failure' });
    expect((await call(github, 'GET', suite, { token })).body).toMatchObject({
      status: 'completed',
      conclusion: 'failure',
      latest_check_runs_count: 2,
    });
  });
});

describe('what people press', () => {
  const last = (event: string) =>
    JSON.parse(github.deliveries.all(event).at(-1)?.request.body ?? 'null') as unknown;
  const theOnly = () => {
    const [check] = github.checkRuns('octo-org/hello', sha);
    if (check === undefined) throw new Error('there is none');
    return check;
  };

  test('tells the App: a check again, all checks again, a button', async () => {
    const actions = [{ label: 'Retry', description: 'Once more', identifier: 'retry' }];
    const { id } = (await create({ conclusion: 'failure', actions })).body;
    const check = theOnly();
    github.checks.rerequest(check);
    expect(last('check_run')).toMatchObject({
      action: 'rerequested',
      check_run: { id, conclusion: 'failure', check_suite: { status: 'queued', conclusion: null } },
      sender: { login: 'octocat' },
    });
    await github.checks.rerequestAll(check, 'hubot');
    expect(last('check_suite')).toMatchObject({
      action: 'rerequested',
      check_suite: { head_sha: sha },
      sender: { login: 'hubot' },
    });
    github.checks.press(check, 'retry');
    expect(last('check_run')).toMatchObject({
      action: 'requested_action',
      requested_action: { identifier: 'retry' },
    });
    expect(() => github.checks.press(check, 'explode')).toThrow('no button');
    await update(id, { conclusion: 'success' });
    expect(check.suite.reset).toBe(false);
    github.expectClean();
  });

  test('is not there before the check is completed', async () => {
    const { id } = (await create({})).body;
    expect(() => github.checks.rerequest(theOnly())).toThrow('queued');
    await expect(github.checks.rerequestAll(theOnly())).rejects.toThrow('queued');
    const answer = await call(github, 'POST', `${RUNS}/${id}/rerequest`, { token });
    expect(answer.status).toBe(422);
  });
});
