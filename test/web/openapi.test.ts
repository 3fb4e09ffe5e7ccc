import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import type * as shapes from '../../src/web/api-log-shapes.js';
import type { ErrorsJson, LinesJson, OutlineJson, SearchJson } from '../../src/web/log-protocol.js';
import { OPERATIONS } from '../../src/web/openapi.js';
import type { Actions } from '../../src/web/ports.js';
import { startDescribedSite } from './api-site.js';
import { createJudge } from './described.js';
import { WEBHOOK_PATH } from './harness.js';

/** Never asked: that routes are there is enough. */
const actions = {} as Actions;

let site: Awaited<ReturnType<typeof startDescribedSite>>;
beforeAll(async () => {
  site = await startDescribedSite({ actions });
});
afterAll(() => site.stop());

const operations = () =>
  Object.entries(site.description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );

test('every route of the API and of logs is described, and everything described is a route', () => {
  const described = operations().map(({ path, method }) => `${method.toUpperCase()} ${path}`);
  const routes = site.routes
    .filter(({ method }) => method !== 'ALL')
    .filter(({ path }) => /^\/api(\/|$)/.test(path) || /\/log(\/|$)/.test(path))
    .filter(({ path }) => path !== WEBHOOK_PATH)
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
  expect([...new Set(routes)].toSorted()).toEqual(described.toSorted());
  expect(described.length).toBeGreaterThan(20);
});

test('operations have names of their own, and parameters for all parts of their paths', () => {
  const ids = operations().map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const { path, operation } of operations()) {
    const parts = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const named = operation.parameters.filter((one) => one.in === 'path').map(({ name }) => name);
    expect(named).toEqual(parts);
  }
});

test('every reference leads somewhere', () => {
  const text = JSON.stringify(site.description);
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
  expect(references.length).toBeGreaterThan(20);
  for (const name of references) expect(Object.keys(site.description.components.schemas)).toContain(name);
});

describe('examples are what is described', () => {
  const judged = OPERATIONS.flatMap(({ id, path, method }) => ({ id, path, method }));
  test.each(judged)('$id', ({ path, method }) => {
    const judge = createJudge(site.description);
    const operation = site.description.paths[path]?.[method];
    const contents = [
      operation?.requestBody?.content ?? {},
      ...Object.values(operation?.responses ?? {}).map(({ content = {} }) => content),
    ].flatMap((content) => Object.values(content));
    for (const { schema, example } of contents) {
      if (schema === undefined) continue;
      expect(example).toBeDefined();
      expect(judge.valid(schema, example)).toEqual([]);
    }
  });
});

test('the page for people names every operation, and takes no script but our own', async () => {
  const { status, headers, body } = await site.ask('/api');
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=UTF-8']);
  for (const { id } of OPERATIONS) expect(body).toContain(`id="${id}"`);
  expect(body).not.toMatch(/(?:src|href)="(?:https?:)?\/\/(?!ci\.example)/);
});

test('any site may read the description, and nothing else', async () => {
  const shown = await site.ask('/api/openapi.json');
  expect(shown.headers['access-control-allow-origin']).toBe('*');
  expect((await site.ask('/api/runs')).headers['access-control-allow-origin']).toBeUndefined();
});

type Same<A, B> = [Plain<A>] extends [Plain<B>] ? ([Plain<B>] extends [Plain<A>] ? true : never) : never;
/** Without `readonly` and `| undefined`, which JSON does not know. */
type Plain<T> = T extends readonly (infer Item)[]
  ? Plain<Item>[]
  : T extends object
    ? { -readonly [Key in keyof T]: Plain<Exclude<T[Key], undefined>> }
    : T;

test('logs are described as the script of their page reads them: else this does not compile', () => {
  const agree: readonly [
    Same<z.infer<typeof shapes.LogLines>, LinesJson>,
    Same<z.infer<typeof shapes.LogOutline>, OutlineJson>,
    Same<z.infer<typeof shapes.LogErrors>, ErrorsJson>,
    Same<z.infer<typeof shapes.LogSearch>, SearchJson>,
  ] = [true, true, true, true];
  expect(agree).toHaveLength(4);
});
