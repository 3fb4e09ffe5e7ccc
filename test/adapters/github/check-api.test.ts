import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Annotation, CheckRefused, CheckRetry } from '../../../src/checks/ports.js';
import { APP_ID, appAt, type LoggedApp, newRepository, VIEW } from './app.js';
import { type Answer, type ScriptedServer, scriptedServer } from './scripted-server.js';

let server: ScriptedServer;
let app: LoggedApp;
let repository = newRepository();
beforeEach(async () => {
  server = await scriptedServer();
  app = appAt(server);
  repository = newRepository();
});
afterEach(() => server.close());

const created: Answer = { status: 201, body: { id: 501 } };
const updated: Answer = { status: 200, body: { id: 501 } };

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => 'no failure',
    (error: unknown) => error,
  );
}

async function retry(promise: Promise<unknown>): Promise<CheckRetry> {
  const error = await failure(promise);
  expect(error).toBeInstanceOf(CheckRetry);
  return error as CheckRetry;
}

describe('create', () => {
  test('sends the view, as the installation', async () => {
    server.answer(created);
    expect(await app.checks.create(repository, VIEW)).toEqual({ id: 501 });
    expect(server.asked).toEqual([
      {
        method: 'POST',
        path: '/repos/acme/hello/check-runs',
        authorization: 'token ghs_1',
        body: {
          name: VIEW.name,
          head_sha: VIEW.sha,
          external_id: VIEW.externalId,
          details_url: VIEW.detailsUrl,
          status: 'completed',
          conclusion: 'success',
          started_at: '2026-01-05T09:30:00.000Z',
          completed_at: '2026-01-05T09:30:12.000Z',
          output: { title: VIEW.title, summary: VIEW.summary, annotations: [] },
          actions: [],
        },
      },
    ]);
  });

  test('has no conclusion before the end', async () => {
    server.answer(created);
    const { conclusion: _, completedAt: __, ...view } = VIEW;
    await app.checks.create(repository, { ...view, status: 'queued' });
    expect(server.asked[0]?.body).not.toHaveProperty('conclusion');
    expect(server.asked[0]?.body).toMatchObject({ status: 'queued' });
  });

  test.each<[string, Answer]>([
    ['no answer', { cut: 'never' }],
    ['half an answer', { ...created, cut: 'half' }],
    ['a bad gateway', { status: 502, headers: { 'content-type': 'text/html' }, body: 'Bad gateway' }],
    ['a server error', { status: 500 }],
    ['a page that is no JSON', { status: 200, headers: { 'content-type': 'text/html' }, body: 'Welcome' }],
  ])('%s may have made the check; it is not sent again', async (_name, answer) => {
    server.answer(answer);
    expect(await retry(app.checks.create(repository, VIEW))).toMatchObject({ uncertain: true });
    expect(server.asked).toHaveLength(1);
  });

  test.each<[string, number, Record<string, string>, number]>([
    ['a secondary limit', 403, { 'retry-after': '7' }, 7_000],
    ['too many requests', 429, { 'retry-after': '7' }, 7_000],
    ['too many requests, without saying how long', 429, {}, 60_000],
  ])('%s says when to come back', async (_name, status, headers, after) => {
    const before = Date.now();
    server.answer({ status, headers, body: { message: 'You have exceeded a secondary rate limit.' } });
    const { retryAt, uncertain } = await retry(app.checks.create(repository, VIEW));
    expect(uncertain).toBe(false);
    expect(retryAt).toBeGreaterThanOrEqual(before + after);
    expect(retryAt).toBeLessThanOrEqual(Date.now() + after);
    expect(server.asked).toHaveLength(1);
  });

  test('a used-up quota says when it is renewed', async () => {
    const reset = Math.floor(Date.now() / 1000) + 900;
    server.answer({
      status: 403,
      headers: {
        'x-ratelimit-limit': '5000',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(reset),
      },
    });
    expect(await retry(app.checks.create(repository, VIEW))).toMatchObject({
      retryAt: (reset + 1) * 1000,
      uncertain: false,
    });
  });

  test('a limit is known by the page it refers to', async () => {
    const page =
      'https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits';
    server.answer({ status: 403, body: { message: 'Forbidden', documentation_url: page } });
    expect((await retry(app.checks.create(repository, VIEW))).retryAt).toBeGreaterThan(Date.now() + 50_000);
  });

  test.each([404, 410, 422])('%d is final', async (status) => {
    server.answer({ status, body: { message: 'no' } });
    expect(await failure(app.checks.create(repository, VIEW))).toBeInstanceOf(CheckRefused);
  });

  test('a suspended installation is tried on', async () => {
    server.answer({ status: 403, body: { message: 'This installation has been suspended' } });
    expect(await retry(app.checks.create(repository, VIEW))).toMatchObject({
      retryAt: undefined,
      uncertain: false,
    });
  });

  test.each([401, 403, 404, 500])('no token (%d): certainly not done, and tried on', async (status) => {
    server.tokens = { status, body: { message: 'no' } };
    expect(await retry(app.checks.create(repository, VIEW))).toMatchObject({ uncertain: false });
    expect(server.asked).toHaveLength(0);
  });
});

describe('a token', () => {
  test('that was revoked is replaced once', async () => {
    server.answer({ status: 401, body: { message: 'Bad credentials' } }, created, updated);
    await app.checks.create(repository, VIEW);
    await app.checks.update(repository, 501, VIEW);
    expect(server.asked.map(({ authorization }) => authorization)).toEqual([
      'token ghs_1',
      'token ghs_2',
      'token ghs_2',
    ]);
  });

  test('that is refused even when new is tried later', async () => {
    server.answer({ status: 401 }, { status: 401 });
    expect(await retry(app.checks.create(repository, VIEW))).toMatchObject({ uncertain: false });
    expect(server.asked).toHaveLength(2);
  });

  test('is kept', async () => {
    server.answer(created, updated);
    await app.checks.create(repository, VIEW);
    await app.checks.update(repository, 501, VIEW);
    expect(server.tokensAsked).toHaveLength(1);
  });
});

describe('during a limit', () => {
  test('nothing of the installation is sent', async () => {
    server.answer({ status: 403, headers: { 'retry-after': '30' } });
    const { retryAt } = await retry(app.checks.create(repository, VIEW));
    expect(await retry(app.checks.find(repository, VIEW.sha, VIEW.name))).toMatchObject({
      retryAt,
      uncertain: false,
    });
    expect(server.asked).toHaveLength(1);
  });

  test('others go on', async () => {
    server.answer({ status: 403, headers: { 'retry-after': '30' } }, created);
    await retry(app.checks.create(repository, VIEW));
    expect(await app.checks.create(newRepository(), VIEW)).toEqual({ id: 501 });
  });

  test('a quota that one answer empties is waited for until its reset', async () => {
    const reset = Math.floor(Date.now() / 1000) + 1000;
    server.answer({ ...created, headers: quota({ remaining: 0, reset }) });
    await app.checks.create(repository, VIEW);
    const { retryAt } = await retry(app.checks.update(repository, 501, VIEW));
    expect(retryAt).toBe((reset + 1) * 1000);
    expect(server.asked).toHaveLength(1);
  });

  test('little that is left is said, and does not keep anything back', async () => {
    const reset = Math.floor(Date.now() / 1000) + 1000;
    expect(app.budget(repository.installationId)).toBeUndefined();
    server.answer(
      { ...created, headers: quota({ remaining: 12, reset }) },
      // An answer to an earlier request, which came later.
      { headers: quota({ remaining: 13, reset }) },
    );
    await app.checks.create(repository, VIEW);
    await app.checks.update(repository, 501, VIEW);
    expect(app.budget(repository.installationId)).toEqual({
      limit: 5000,
      remaining: 12,
      resetAt: (reset + 1) * 1000,
    });
    expect(app.budget(newRepository().installationId)).toBeUndefined();
  });

  test('the refusal of a search leaves the rest alone', async () => {
    const reset = Math.floor(Date.now() / 1000) + 1000;
    const headers = { ...quota({ remaining: 0, reset }), 'x-ratelimit-resource': 'search' };
    server.answer({ ...created, headers }, {});
    await app.checks.create(repository, VIEW);
    await app.checks.update(repository, 501, VIEW);
    expect(server.asked).toHaveLength(2);
  });
});

test('every request is counted by its template, and every answer tells what is left', async () => {
  const reset = Math.floor(Date.now() / 1000) + 1000;
  const seen: unknown[] = [];
  const watched = appAt(server, {
    traffic: {
      asked: (operation, status) => void seen.push([operation, status]),
      budget: (whose, resource, { remaining }) => void seen.push([whose, resource, remaining]),
    },
  });
  server.answer({ ...created, headers: quota({ remaining: 7, reset }) }, { status: 502 }, { cut: 'never' });
  await watched.checks.create(repository, VIEW);
  await retry(watched.checks.update(repository, 501, VIEW));
  await retry(watched.checks.update(repository, 501, VIEW));
  expect(seen).toEqual([
    ['POST /app/installations/{installation_id}/access_tokens', 201],
    [repository.installationId, 'core', 7],
    ['POST /repos/{owner}/{repo}/check-runs', 201],
    ['PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', 502],
    ['PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', undefined],
  ]);
});

function quota({ remaining, reset }: { readonly remaining: number; readonly reset: number }) {
  return {
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': String(remaining),
    'x-ratelimit-reset': String(reset),
  };
}

describe('annotations', () => {
  const annotation = (line: number): Annotation => ({
    path: 'caicloud.yml',
    startLine: line,
    endLine: line,
    level: 'warning',
    title: 'unknown-key',
    message: `problem ${line}`,
  });
  const annotations = Array.from({ length: 120 }, (_, index) => annotation(index + 1));
  const there = (...lines: number[]) =>
    lines.map((line) => ({ path: 'caicloud.yml', start_line: line, message: `problem ${line}` }));
  const sentCounts = () =>
    server.asked
      .filter(({ method }) => method !== 'GET')
      .map(({ body }) => (body.output as { annotations: unknown[] }).annotations.length);

  test('go fifty at a time', async () => {
    server.answer(created, updated, updated);
    await app.checks.create(repository, { ...VIEW, annotations });
    expect(server.asked.map(({ method }) => method)).toEqual(['POST', 'PATCH', 'PATCH']);
    expect(sentCounts()).toEqual([50, 50, 20]);
  });

  test('that GitHub has are not sent again', async () => {
    server.answer({ body: there(1, 3) }, updated);
    await app.checks.update(repository, 501, { ...VIEW, annotations: annotations.slice(0, 4) });
    expect(server.asked[1]?.body.output).toMatchObject({
      annotations: [{ start_line: 2 }, { start_line: 4 }],
    });
  });

  test('are not asked for when there are none', async () => {
    server.answer(updated);
    await app.checks.update(repository, 501, VIEW);
    expect(server.asked.map(({ method }) => method)).toEqual(['PATCH']);
  });

  test('when some are lost the check is looked for', async () => {
    server.answer(created, { status: 403, headers: { 'retry-after': '3' } });
    const promise = app.checks.create(repository, { ...VIEW, annotations });
    expect(await retry(promise)).toMatchObject({ uncertain: true, retryAt: expect.any(Number) });
  });
});

describe('find', () => {
  test('gives our own, newest first', async () => {
    const check_runs = [
      { id: 1, external_id: '6/build', app: { id: APP_ID } },
      { id: 9, external_id: '7/build', app: { id: APP_ID } },
      { id: 12, external_id: '7/build', app: { id: 7 } },
      { id: 10, external_id: null, app: { id: APP_ID } },
    ];
    server.answer({ body: { total_count: 4, check_runs } });
    expect(await app.checks.find(repository, VIEW.sha, VIEW.name)).toEqual([
      { id: 10, externalId: '' },
      { id: 9, externalId: '7/build' },
      { id: 1, externalId: '6/build' },
    ]);
    expect(server.asked[0]?.path).toBe(
      `/repos/acme/hello/commits/${VIEW.sha}/check-runs?check_name=cyclone%2Fbuild&app_id=42&filter=all&per_page=100`,
    );
  });
});

describe('writes of one installation', () => {
  test('are not held up by Octokit for a second each', async () => {
    server.answer(...Array.from({ length: 8 }, () => created));
    const writes = Array.from({ length: 8 }, () => app.checks.create(repository, VIEW));
    const late = new Promise((resolve) => setTimeout(resolve, 4_000, 'late').unref());
    expect(await Promise.race([Promise.all(writes), late])).toHaveLength(8);
  });
});

describe('secrets', () => {
  test('neither tokens nor payloads are logged or carried by errors', async () => {
    server.answer({ status: 422, body: { message: 'no' } }, { cut: 'never' }, { status: 403 });
    for (let index = 0; index < 3; index += 1) {
      const error = await failure(app.checks.create(repository, VIEW));
      const told = JSON.stringify([carried(error), ...app.logged]);
      expect(told).not.toContain('ghs_');
      expect(told).not.toContain(VIEW.summary);
    }
  });
});

/** All that a logger could print of an error. */
function carried(error: unknown): unknown {
  return error instanceof Error
    ? {
        ...Object.fromEntries(Object.entries(error)),
        message: error.message,
        stack: error.stack,
        cause: carried(error.cause),
      }
    : error;
}
