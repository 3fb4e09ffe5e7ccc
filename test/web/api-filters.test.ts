import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Database, openDatabase } from '../../src/adapters/sql/database.js';
import { repositoryQueries } from '../../src/adapters/sql/repositories.js';
import { runStore } from '../../src/adapters/sql/runs.js';
import type { ApiRepositoryList, ApiRunList } from '../../src/web/api-shapes.js';
import type { People, RunQueries } from '../../src/web/ports.js';
import { newSqliteFile } from '../adapters/sql/sqlite-file.js';
import { newRun, type Place } from '../adapters/sql/store-suite.js';
import { push } from '../pipeline/examples.js';
import { startDescribedSite } from './api-site.js';
import type { Answer } from './harness.js';

const DAY = 86_400_000;
const NEW_YEAR = Date.UTC(2026, 0, 1);
const sha = (number: number) => number.toString(16).padStart(40, '0');
const secret = { ...newRun().repository, id: 8, name: 'secret', private: true };

/** Who has wanda's token sees the secret repository. */
const people: People = {
  whose: async (token) => (token === 'ghp_of_wanda' ? 'wanda' : 'rita'),
  sees: async (token) => (token === 'ghp_of_wanda' ? 'yes' : 'no'),
  standing: async (_token, login) => (login === 'wanda' ? 'write' : 'none'),
  repository: async () => undefined,
};

let place: Place;
let db: Database;
let site: Awaited<ReturnType<typeof startDescribedSite>>;

beforeAll(async () => {
  place = await newSqliteFile();
  db = await openDatabase(place.location);
  const store = runStore(db);
  for (let number = 1; number <= 7; number += 1) {
    const trigger = push({ sha: sha(number), sender: number % 2 === 0 ? 'alice' : 'bob' });
    await store.create(newRun({ trigger, createdAt: NEW_YEAR + (number - 1) * DAY }));
  }
  await store.create(newRun({ repository: secret, trigger: push({ sha: sha(8) }), createdAt: NEW_YEAR }));
  const queries = {
    run: (id: number) => store.load(id),
    runs: (filter: Parameters<RunQueries['runs']>[0]) => store.list(filter),
  };
  const operations = {} as never;
  site = await startDescribedSite({
    queries,
    repositories: repositoryQueries(db),
    actions: { people, operations },
  });
});
afterAll(async () => {
  await site.stop();
  await db.destroy();
  await place.remove();
});

const wanda = { headers: { authorization: 'Bearer ghp_of_wanda' } };
const rita = { headers: { authorization: 'Bearer ghp_of_rita' } };

async function list(path: string, asked = {}): Promise<{ answer: Answer; ids: number[]; total: number }> {
  const answer = await site.ask(path, asked);
  const { runs, total_count: total } = JSON.parse(answer.body) as ApiRunList;
  return { answer, ids: runs.map(({ id }) => id), total };
}

describe('GET /api/runs', () => {
  test.each<[string, readonly number[]]>([
    ['actor=Alice', [6, 4, 2]],
    ['created=2026-01-03', [3]],
    ['created=%3E%3D2026-01-06', [7, 6]],
    ['created=2026-01-02..2026-01-03&actor=bob', [3]],
    [`head_sha=${sha(5)}`, [5]],
    ['repo=ACME/hello&branch=main&direction=asc&per_page=3', [1, 2, 3]],
    ['event=tag', []],
    ['pull_request=1', []],
  ])('%s', async (query, ids) => {
    expect((await list(`/api/runs?${query}`)).ids).toEqual(ids);
  });

  test('pages are linked as GitHub links them', async () => {
    const first = await list('/api/runs?actor=&branch=main&per_page=3');
    expect([first.total, ...first.ids]).toEqual([7, 7, 6, 5]);
    const base = 'https://ci.example/api/runs?actor=&branch=main&per_page=3&page=';
    expect(first.answer.headers.link).toBe(`<${base}2>; rel="next", <${base}3>; rel="last"`);
    const last = await list('/api/runs?branch=main&per_page=3&page=3');
    expect(last.ids).toEqual([1]);
    expect(last.answer.headers.link).toMatch(/page=2>; rel="prev", <.*page=1>; rel="first"$/);
    expect((await list('/api/runs')).answer.headers.link).toBeUndefined();
    expect((await list('/api/runs?per_page=3&page=9')).answer.headers.link).toContain('page=3>; rel="prev"');
  });

  test('private ones are for who sees their repository, by list, by name and alone', async () => {
    expect((await list('/api/runs', wanda)).ids).toContain(8);
    expect((await list('/api/runs', rita)).ids).not.toContain(8);
    expect(await list('/api/runs?repo=acme/secret')).toMatchObject({ ids: [], total: 0 });
    expect(await list('/api/runs?repo=acme/secret', wanda)).toMatchObject({ ids: [8], total: 1 });
    const { headers } = await site.ask('/api/runs', wanda);
    expect(headers['cache-control']).toBe('private, no-store');
    for (const path of ['/api/runs/8', '/api/runs/8/stages', '/api/runs/8/stages/build']) {
      expect((await site.ask(path, rita)).status).toBe(404);
      expect((await site.ask(path)).status).toBe(404);
      expect((await site.ask(path, wanda)).status).toBe(200);
    }
  });

  test('whoever asks too often waits, and others do not', async () => {
    const rest = { headers: { authorization: 'Bearer ghp_of_robot' } };
    const ask = () => site.ask('/api/queue', rest);
    for (let count = 0; count < 600; count += 50) await Promise.all(Array.from({ length: 50 }, ask));
    const { status, headers } = await ask();
    expect([status, headers['retry-after']]).toEqual([429, '60']);
    expect((await site.ask('/api/queue')).status).toBe(200);
  }, 60_000);
});

describe('repositories', () => {
  const names = async (asked = {}): Promise<unknown> => {
    const { body } = await site.ask('/api/repos', asked);
    return (JSON.parse(body) as ApiRepositoryList).repositories.map(({ full_name: name }) => name);
  };

  test('those that are public, and those that the token sees', async () => {
    expect(await names()).toEqual(['acme/hello']);
    expect(await names(rita)).toEqual(['acme/hello']);
    expect(await names(wanda)).toEqual(['acme/secret', 'acme/hello']);
  });

  test('one, with its runs; upper and lower case are one', async () => {
    const { body } = await site.ask('/api/repos/Acme/Hello');
    expect(JSON.parse(body)).toMatchObject({
      full_name: 'acme/hello',
      last_run: { id: 7 },
      success_rate: null,
      runs_url: 'https://ci.example/api/repos/acme/hello/runs',
    });
    expect((await list('/api/repos/acme/hello/runs?actor=bob&per_page=2')).ids).toEqual([7, 5]);
  });

  test('one that is not theirs to see is not there', async () => {
    for (const path of ['/api/repos/acme/secret', '/api/repos/acme/secret/runs']) {
      expect((await site.ask(path, rita)).status).toBe(404);
      expect((await site.ask(path, wanda)).status).toBe(200);
    }
  });
});

test('who takes jobs is for people; what waits is for all', async () => {
  expect((await site.ask('/api/queue')).status).toBe(200);
  expect((await site.ask('/api/workers')).status).toBe(401);
  expect((await site.ask('/api/workers', wanda)).status).toBe(200);
});
