import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { appAt, type LoggedApp } from './app.js';
import { type ScriptedServer, scriptedServer } from './scripted-server.js';

let server: ScriptedServer;
let app: LoggedApp;
beforeEach(async () => {
  server = await scriptedServer();
  app = appAt(server);
});
afterEach(() => server.close());

const at = (hour: number): string => `2026-01-01T0${String(hour)}:00:00Z`;
const attempt = (id: number, guid: string, hour: number, status: number) => ({
  id,
  guid,
  delivered_at: at(hour),
  status_code: status,
});

test('what no attempt delivered is missed, oldest first, by its newest attempt', async () => {
  server.answer({
    body: [
      attempt(9, 'down', 6, 502),
      attempt(8, 'healed', 5, 202),
      attempt(7, 'away', 4, 0),
      attempt(6, 'down', 4, 503),
      attempt(5, 'healed', 3, 503),
      attempt(4, 'refused', 2, 400),
      attempt(3, 'old', 1, 503),
    ],
  });
  expect(await app.missed.since(Date.parse(at(2)))).toEqual([
    { id: 9, first: Date.parse(at(4)), last: Date.parse(at(6)) },
    { id: 7, first: Date.parse(at(4)), last: Date.parse(at(4)) },
  ]);
  expect(server.asked[0]?.path).toBe('/app/hook/deliveries?per_page=100');
  expect(server.asked[0]?.authorization).toMatch(/^bearer [\w-]+\.[\w-]+\.[\w-]+$/i);
});

test('pages are followed as far back as was asked for, and no further', async () => {
  const next = (cursor: string) => ({
    link: `<${server.baseUrl}/app/hook/deliveries?per_page=100&cursor=${cursor}>; rel="next"`,
  });
  server.answer(
    { body: [attempt(9, 'a', 6, 503)], headers: next('one') },
    { body: [attempt(8, 'b', 5, 503), attempt(7, 'c', 2, 503)], headers: next('two') },
  );
  expect((await app.missed.since(Date.parse(at(3)))).map(({ id }) => id)).toEqual([8, 9]);
  expect(server.asked).toHaveLength(2);
});

test('all of a time are those that were taken too, each by its newest attempt', async () => {
  server.answer({
    body: [attempt(9, 'again', 6, 202), attempt(8, 'taken', 5, 202), attempt(7, 'again', 4, 503)],
  });
  expect(await app.missed.allSince(Date.parse(at(3)))).toEqual([9, 8]);
});

test('one is sent again by its id', async () => {
  server.answer({ status: 202, body: {} });
  expect(await app.missed.redeliver(7)).toBe(true);
  expect(server.asked[0]).toMatchObject({ method: 'POST', path: '/app/hook/deliveries/7/attempts' });
});

test('one that GitHub has no more is not sent; when GitHub is away nobody knows', async () => {
  server.answer({ status: 404, body: { message: 'Not Found' } }, { status: 502 });
  expect(await app.missed.redeliver(7)).toBe(false);
  await expect(app.missed.redeliver(8)).rejects.toMatchObject({ kind: 'unanswered' });
});
