import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Verdict } from '../../src/runs/operations.js';
import type { Actions, People } from '../../src/web/ports.js';
import { startDescribedSite } from './api-site.js';
import type { Site } from './harness.js';
import { repository, runView } from './runs.js';

const TOKENS: Readonly<Record<string, string>> = { ghp_of_wanda: 'wanda', ghp_of_rita: 'rita' };

let site: Site;
/** What was asked for, in words. */
let asked: string[];
let verdict: Verdict;
let isDown: boolean;

beforeEach(async () => {
  asked = [];
  isDown = false;
  verdict = { kind: 'done', words: 'It is done.', runs: [7] };
  site = await startDescribedSite({ actions: { people, operations } });
  site.runs.put(runView({ id: 7, stages: { 'e2e (n=1)': { status: 'queued' } } }));
  site.runs.put(runView({ id: 8, private: true }));
});
afterEach(() => site.stop());

const people: People = {
  async whose(token) {
    if (isDown) throw new Error('GitHub does not answer');
    return TOKENS[token];
  },
  sees: async () => 'no',
  async standing(_token, login, { private: isPrivate }) {
    if (login === 'wanda') return 'write';
    return isPrivate ? 'none' : 'read';
  },
  repository: async (owner, name) => (`${owner}/${name}` === 'acme/hello' ? repository : undefined),
};

const note = async (words: string): Promise<Verdict> => {
  asked.push(words);
  return verdict;
};
const operations: Actions['operations'] = {
  start: ({ name }, ref, by, { stages = [], key = '' } = {}) =>
    note(`start ${name} ${ref} [${stages.join()}] ${key} by ${by}`.replace(/ +/g, ' ')),
  cancel: (run, by) => note(`cancel ${run} by ${by}`),
  rerun: (run, stages, by) => note(`rerun ${run} [${stages.join()}] by ${by}`),
  rerunFailed: (run, by) => note(`rerun failed of ${run} by ${by}`),
  allowRun: (run, by) => note(`allow ${run} by ${by}`),
};

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function post(path: string, headers: Readonly<Record<string, string>>, body?: string) {
  const answer = await site.ask(`/api/runs${path}`, {
    method: 'POST',
    headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return { ...answer, json: JSON.parse(answer.body) as Record<string, unknown> };
}

test.each([
  ['/7/cancel', 'cancel 7 by wanda'],
  ['/7/rerun', 'rerun 7 [] by wanda'],
  ['/7/rerun-failed', 'rerun failed of 7 by wanda'],
  ['/7/allow', 'allow 7 by wanda'],
  ['/7/stages/e2e%20(n%3D1)/rerun', 'rerun 7 [e2e (n=1)] by wanda'],
])('%s', async (path, words) => {
  const { status, json, headers } = await post(path, bearer('ghp_of_wanda'));
  expect(status).toBe(202);
  expect(json).toMatchObject({ id: 7, status: 'in_progress' });
  expect(headers['cache-control']).toBe('no-store');
  expect(asked).toEqual([words]);
});

test('a run is started on a branch or tag', async () => {
  const body = JSON.stringify({ repository: 'acme/hello', ref: 'main' });
  expect((await post('', bearer('ghp_of_wanda'), body)).status).toBe(202);
  expect(asked).toEqual(['start hello main [] by wanda']);
});

test.each<[number, string, Readonly<Record<string, string>>]>([
  [401, '/7/cancel', {}],
  [401, '/7/cancel', { cookie: 'token=ghp_of_wanda' }],
  [401, '/7/cancel', { authorization: 'Basic d2FuZGE6eA==' }],
  [401, '/7/cancel', bearer('ghp_of_nobody')],
  [403, '/7/cancel', bearer('ghp_of_rita')],
  [404, '/8/cancel', bearer('ghp_of_rita')],
  [404, '/9/cancel', bearer('ghp_of_wanda')],
  [404, '/x/cancel', bearer('ghp_of_wanda')],
  [404, '/7/stages/other/rerun', bearer('ghp_of_wanda')],
])('%i: POST %s with %j, and nothing is done', async (status, path, headers) => {
  const answer = await post(path, headers);
  expect(answer.status).toBe(status);
  expect(answer.json['message']).toEqual(expect.any(String));
  expect(answer.headers['www-authenticate']).toBe(status === 401 ? 'Bearer' : undefined);
  expect(asked).toEqual([]);
});

test.each<[number, string]>([
  [400, '{"repository": "acme/hello"}'],
  [400, '{"repository": "../..", "ref": "main"}'],
  [400, 'not JSON'],
  [404, '{"repository": "acme/other", "ref": "main"}'],
  [413, JSON.stringify({ repository: 'acme/hello', ref: 'x'.repeat(5000) })],
])('%i: a run of %s is not started', async (status, body) => {
  expect((await post('', bearer('ghp_of_wanda'), body)).status).toBe(status);
  expect(asked).toEqual([]);
});

test('a form, which a page of somebody else could send, is not taken', async () => {
  const form = { ...bearer('ghp_of_wanda'), 'content-type': 'application/x-www-form-urlencoded' };
  expect((await post('', form, 'repository=acme/hello&ref=main')).status).toBe(415);
});

test('a refusal has its words', async () => {
  verdict = { kind: 'refused', words: 'Run 7 is over.' };
  const { status, json } = await post('/7/cancel', bearer('ghp_of_wanda'));
  expect([status, json['message']]).toEqual([409, 'Run 7 is over.']);
});

test('GitHub away: nothing is done, and the token is in no log', async () => {
  isDown = true;
  expect((await post('/7/cancel', bearer('ghp_of_wanda'))).status).toBe(503);
  expect(asked).toEqual([]);
  expect(site.errors).toHaveLength(1);
  expect(JSON.stringify(site.errors)).not.toContain('ghp_of_wanda');
});

test('who asks too often waits, and others do not', async () => {
  for (let count = 0; count < 30; count += 1) await post('/7/cancel', bearer('ghp_of_rita'));
  const { status, headers } = await post('/7/cancel', bearer('ghp_of_rita'));
  expect([status, headers['retry-after']]).toEqual([429, '60']);
  expect((await post('/7/cancel', bearer('ghp_of_wanda'))).status).toBe(202);
});

test('a run is started for some stages, under a key', async () => {
  const body = JSON.stringify({ repository: 'acme/hello', ref: 'main', stages: ['unit', 'lint'] });
  const headers = { ...bearer('ghp_of_wanda'), 'idempotency-key': 'deploy-7' };
  expect((await post('', headers, body)).status).toBe(202);
  expect(asked).toEqual(['start hello main [unit,lint] deploy-7 by wanda']);
  const tooLong = { ...headers, 'idempotency-key': 'x'.repeat(201) };
  expect((await post('', tooLong, body)).json).toMatchObject({ errors: [{ field: 'Idempotency-Key' }] });
});

test('what is wrong with a body is said by field', async () => {
  const body = JSON.stringify({ repository: 'acme', ref: '', stages: 'all', branch: 'main' });
  const { status, json } = await post('', bearer('ghp_of_wanda'), body);
  expect(status).toBe(400);
  const errors = json['errors'] as { field: string }[];
  expect(errors.map(({ field }) => field)).toEqual(['repository', 'ref', 'stages', '']);
});

test.each<[string | undefined, number, readonly string[]]>([
  [undefined, 202, ['rerun 7 [] by wanda']],
  ['{}', 202, ['rerun 7 [] by wanda']],
  ['{"stages": ["unit"]}', 202, ['rerun 7 [unit] by wanda']],
  ['{"stages": [7]}', 400, []],
  ['stages', 400, []],
])('re-run with the body %j', async (body, status, words) => {
  expect((await post('/7/rerun', bearer('ghp_of_wanda'), body)).status).toBe(status);
  expect(asked).toEqual(words);
});

test('another method is answered with those that there are', async () => {
  const answer = await site.ask('/api/runs', { method: 'DELETE' });
  expect([answer.status, answer.headers.allow]).toEqual([405, 'GET, HEAD, POST']);
  const cancel = await site.ask('/api/runs/7/cancel');
  expect([cancel.status, cancel.headers.allow]).toEqual([405, 'POST']);
  expect((await site.ask('/api/nothing')).status).toBe(404);
});
