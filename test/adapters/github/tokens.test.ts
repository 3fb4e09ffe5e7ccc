import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { Repository } from '../../../src/pipeline/model.js';
import { appAt, type LoggedApp, newRepository, VIEW } from './app.js';
import { type ScriptedServer, scriptedServer } from './scripted-server.js';

let server: ScriptedServer;
let app: LoggedApp;
let repository: Repository;
beforeEach(async () => {
  server = await scriptedServer();
  app = appAt(server);
  repository = newRepository();
});
afterEach(() => server.close());

const update = () => app.checks.update(repository, 501, VIEW);

test('when the tokens of an installation are revoked, git gets another one too, once', async () => {
  const other = newRepository();
  expect([await app.cloneToken(repository), await app.cloneToken(other)]).toEqual(['ghs_1', 'ghs_2']);
  server.answer({ status: 401 }, {});
  await update();
  expect(server.asked.map(({ authorization }) => authorization)).toEqual(['token ghs_3', 'token ghs_4']);
  expect(await app.cloneToken(repository)).toBe('ghs_5');
  expect(await app.cloneToken(repository)).toBe('ghs_5');
  expect(await app.cloneToken(other)).toBe('ghs_2');
});

test('of requests that are refused together one gets the token for all', async () => {
  server.answer({}, { status: 401 }, { status: 401 }, { status: 401 }, {}, {}, {});
  await update();
  await Promise.all([
    app.checks.find(repository, VIEW.sha, 'one').catch(() => undefined),
    app.checks.find(repository, VIEW.sha, 'two').catch(() => undefined),
    app.checks.find(repository, VIEW.sha, 'three').catch(() => undefined),
  ]);
  const tokens = server.asked.map(({ authorization }) => authorization);
  expect(new Set(tokens)).toEqual(new Set(['token ghs_1', 'token ghs_2']));
  expect(server.tokensAsked).toHaveLength(2);
});

test('one that is revoked again is renewed again', async () => {
  server.answer({ status: 401 }, {}, { status: 401 }, {});
  await update();
  await update();
  expect(server.asked.map(({ authorization }) => authorization)).toEqual([
    'token ghs_1',
    'token ghs_2',
    'token ghs_2',
    'token ghs_3',
  ]);
});
