import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { httpLeases } from '../../src/adapters/http/leases.js';
import type { LeaseServer } from '../../src/web/ports.js';
import { type Asked, noFinds, type Site, startSite, WORKER_SECRET } from './harness.js';

const asked: unknown[][] = [];
const leases: LeaseServer = {
  lease: async (...of) => {
    asked.push(of);
    if (of[1] === 'broken') throw new Error('SQL is away');
    return of[1] === 'over' ? undefined : { run: of[0], cloneToken: 'ghs_secret' };
  },
  renewToken: async (...of) => {
    asked.push(of);
    if (of[1] === 'broken') throw new Error('SQL is away');
    return of[1] === 'over' ? undefined : 'ghs_other';
  },
};

let site: Site;
beforeEach(async () => {
  asked.length = 0;
  site = await startSite({ worker: { secret: WORKER_SECRET, leases, finds: noFinds } });
});
afterEach(() => site.stop());

const good = {
  method: 'POST',
  headers: { authorization: `Bearer ${WORKER_SECRET}`, 'content-type': 'application/json' },
  body: '{"worker":"w1"}',
} satisfies Asked;

describe('another clone token', () => {
  const request = { ...good, body: '{"fence":3,"refused":"ghs_old"}' };

  test('is given to the owner of the job, 204 to another, 503 when it cannot be said', async () => {
    const { status, headers, body } = await site.ask('/internal/jobs/12/lint/token', request);
    expect([status, JSON.parse(body)]).toEqual([200, { token: 'ghs_other' }]);
    expect(headers['cache-control']).toBe('no-store');
    expect(asked).toEqual([[12, 'lint', 3, 'ghs_old']]);
    expect((await site.ask('/internal/jobs/12/over/token', request)).status).toBe(204);
    expect((await site.ask('/internal/jobs/12/broken/token', request)).status).toBe(503);
  });

  test.each([
    ['no fence', '/internal/jobs/12/x/token', '{"refused":"a"}'],
    ['no token', '/internal/jobs/12/x/token', '{"fence":1}'],
    ['a run that is no number', '/internal/jobs/x/x/token', request.body],
  ])('is refused with %s', async (_name, path, body) => {
    expect((await site.ask(path, { ...request, body })).status).toBe(400);
    expect(asked).toEqual([]);
  });

  test('is asked for over the wire by a worker elsewhere', async () => {
    const away = httpLeases(site.url, WORKER_SECRET);
    expect(await away.renewToken(12, 'lint (a/b)', 3, 'ghs_old')).toBe('ghs_other');
    expect(asked).toEqual([[12, 'lint (a/b)', 3, 'ghs_old']]);
    expect(await away.renewToken(12, 'over', 3, 'ghs_old')).toBeUndefined();
    await expect(away.renewToken(12, 'broken', 3, 'ghs_old')).rejects.toThrow('503');
  });
});

describe('lease', () => {
  test('gives the job to a worker that knows the secret', async () => {
    const { status, headers, body } = await site.ask('/internal/jobs/12/lint%20(a%2Fb)/lease', good);
    expect([status, JSON.parse(body)]).toEqual([200, { run: 12, cloneToken: 'ghs_secret' }]);
    expect(headers['cache-control']).toBe('no-store');
    expect(asked).toEqual([[12, 'lint (a/b)', 'w1']]);
  });

  test('204 when there is nothing to do, 503 when it cannot be said', async () => {
    expect((await site.ask('/internal/jobs/12/over/lease', good)).status).toBe(204);
    expect((await site.ask('/internal/jobs/12/broken/lease', good)).status).toBe(503);
    expect(site.errors).toHaveLength(1);
  });

  test.each([
    ['none', undefined],
    ['another', 'Bearer other'],
    ['a beginning', `Bearer ${WORKER_SECRET.slice(0, 4)}`],
    ['an empty one', 'Bearer '],
    ['another scheme', `Basic ${WORKER_SECRET}`],
  ])('refuses a secret that is %s', async (_name, authorization) => {
    const { authorization: _, ...rest } = good.headers;
    const headers = authorization === undefined ? rest : { ...rest, authorization };
    const answer = await site.ask('/internal/jobs/12/x/lease', { ...good, headers });
    expect(answer.status).toBe(401);
    expect(asked).toEqual([]);
  });

  test.each([
    ['a body that is no JSON', '/internal/jobs/12/x/lease', '{', 400],
    ['no worker', '/internal/jobs/12/x/lease', '{}', 400],
    ['a worker that is no name', '/internal/jobs/12/x/lease', '{"worker":1}', 400],
    ['a run that is no number', '/internal/jobs/1e3/x/lease', good.body, 400],
    ['a large body', '/internal/jobs/12/x/lease', `{"worker":"${'w'.repeat(5000)}"}`, 413],
  ])('refuses %s', async (_name, path, body, status) => {
    expect((await site.ask(path, { ...good, body })).status).toBe(status);
    expect(asked).toEqual([]);
  });

  test.each([
    ['is not configured', undefined],
    ['is empty', { secret: '', leases, finds: noFinds }],
  ])('is not there when the secret %s', async (_name, worker) => {
    await site.stop();
    site = await startSite({ worker });
    expect((await site.ask('/internal/jobs/12/x/lease', good)).status).toBe(404);
  });
});
