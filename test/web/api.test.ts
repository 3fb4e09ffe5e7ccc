import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { startDescribedSite } from './api-site.js';
import type { Site } from './harness.js';
import { ended, NOON, queued, running, runView } from './runs.js';

let site: Site;
beforeEach(async () => {
  site = await startDescribedSite();
});
afterEach(() => site.stop());

async function json(path: string): Promise<unknown> {
  return JSON.parse((await site.ask(path)).body);
}

describe('GET /api/runs', () => {
  test('filters by repository, branch and status, and counts', async () => {
    site.runs.put(runView({ id: 1, trigger: { branch: 'next' } }));
    site.runs.put(runView({ id: 2, run: { status: 'queued' } }));
    site.runs.put(runView({ id: 3, repository: { name: 'other' } }));
    const ids = async (query: string): Promise<unknown> => {
      const { runs, total_count } = (await json(`/api/runs?${query}`)) as {
        runs: { id: number }[];
        total_count: number;
      };
      return [total_count, ...runs.map(({ id }) => id)];
    };
    expect(await ids('')).toEqual([3, 3, 2, 1]);
    expect(await ids('repo=acme/hello')).toEqual([2, 2, 1]);
    expect(await ids('repo=acme%2Fhello&branch=next')).toEqual([1, 1]);
    expect(await ids('status=queued')).toEqual([1, 2]);
    expect(await ids('per_page=1&page=2')).toEqual([3, 2]);
    expect(await ids('per_page=1000')).toEqual([3, 3, 2, 1]);
  });

  test.each([
    ['status=passed', 'status: expected one of queued, in_progress, completed'],
    ['page=0', 'page: expected a whole number from 1 on'],
    ['page=1e3', 'page: expected a whole number from 1 on'],
    ['per_page=-1', 'per_page: expected a whole number from 1 on'],
    ['event=pushed', 'event: expected one of push, tag, pull_request, merge_group, schedule, manual'],
    ['head_sha=main', 'head_sha: expected 7 to 40 hex digits'],
    ['sort=stars', 'sort: expected one of created'],
    ['brnach=main', 'brnach: there is no such parameter'],
    [
      'created=2026-02-30',
      'created: expected a date or time, as 2026-01-31, >=2026-01-31T12:00:00Z or 2026-01-01..2026-01-31',
    ],
  ])('refuses %s', async (query, message) => {
    const { status, body } = await site.ask(`/api/runs?${query}`);
    const [field = '', words] = message.split(': ');
    expect([status, JSON.parse(body)]).toEqual([
      400,
      { message, errors: [{ field, message: words }], documentation_url: 'https://ci.example/api' },
    ]);
  });
});

describe('GET /api/runs/:id', () => {
  test("speaks GitHub's words", async () => {
    const failure = { code: 'out_of_memory', message: '', memoryLimit: 512 * 2 ** 20 } as const;
    site.runs.put(
      runView({
        run: {
          status: 'completed',
          conclusion: 'failure',
          reason: 'a failed',
          startedAt: NOON,
          completedAt: NOON,
        },
        stages: {
          a: ended({ kind: 'failed', failure }),
          b: ended({ kind: 'timed_out', afterSeconds: 1800 }),
          c: ended({ kind: 'cancelled', by: 'by alice' }),
          d: ended({ kind: 'error', message: 'lost' }),
          'e/f': running,
          g: queued,
        },
      }),
    );
    expect(await json('/api/runs/1')).toMatchObject({
      id: 1,
      repository: 'acme/hello',
      head_sha: '4c2d9aa1c0ffee0000000000000000000000beef',
      head_branch: 'main',
      tag: null,
      status: 'completed',
      conclusion: 'failure',
      completed_at: '2026-11-22T12:00:00.000Z',
      html_url: 'https://ci.example/runs/1',
      stages: [
        {
          name: 'a',
          status: 'completed',
          conclusion: 'failure',
          reason: 'out of memory: killed at the 512 MiB limit',
        },
        { name: 'b', conclusion: 'timed_out', reason: 'after 30 min' },
        { name: 'c', conclusion: 'cancelled', reason: 'by alice' },
        { name: 'd', conclusion: 'failure', reason: 'Cyclone could not finish this stage: lost' },
        { name: 'e/f', status: 'in_progress', conclusion: null, completed_at: null },
        {
          name: 'g',
          waits_for: [],
          status: 'queued',
          started_at: null,
          log_url: 'https://ci.example/runs/1/stages/g/log',
        },
      ],
    });
  });

  test('a run that is not there is JSON too', async () => {
    const { status, body } = await site.ask('/api/runs/7');
    expect([status, JSON.parse(body)]).toEqual([
      404,
      { message: 'Not Found', documentation_url: 'https://ci.example/api' },
    ]);
  });
});

describe('health and metrics', () => {
  test('healthz says that the process answers, whatever is down', async () => {
    site.health = { ok: false, parts: { redis: { ok: false, message: 'connection refused' } } };
    expect((await site.ask('/healthz')).status).toBe(200);
  });

  test('readyz names what is down', async () => {
    const parts = { redis: { ok: false, message: 'connection refused' }, sql: { ok: true } };
    site.health = { ok: false, parts };
    const { status, body } = await site.ask('/readyz');
    expect([status, JSON.parse(body)]).toEqual([503, { ok: false, parts }]);
    site.health = { ok: true, parts: {} };
    expect((await site.ask('/readyz')).status).toBe(200);
  });

  test('metrics are as their maker writes them', async () => {
    const { headers, body } = await site.ask('/metrics');
    expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(body).toBe('up 1\n');
  });
});
