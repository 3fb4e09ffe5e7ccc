import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type FakeGitHub, startGitHub } from './github.js';
import { appJwt, call } from './testing/client.js';
import { type Receiver, startReceiver } from './testing/receiver.js';
import type { Delivery } from './webhooks/deliveries.js';
import { shuffled } from './webhooks/delivery-faults.js';

let github: FakeGitHub;
let app: Receiver;

beforeEach(async () => {
  [github, app] = await Promise.all([startGitHub(), startReceiver()]);
  github.settings.checkSuites = false;
  await github.createRepository({ owner: 'octo-org', name: 'hello', files: { a: 'a' } });
});

afterEach(async () => {
  await Promise.all([github.close(), app.close()]);
});

const push = (content: string) => github.push('octo-org/hello', { files: { a: content } });
const api = <T = unknown>(method: string, path: string) =>
  call<T>(github, method, path.startsWith('http') ? path : `/app/hook/deliveries${path}`, {
    token: appJwt(github),
  });
/** So many deliveries that were answered, or failed. */
const finished = (count: number): Promise<Delivery[]> =>
  github.waitFor(() => {
    const all = github.deliveries.all().filter(({ response }) => response !== undefined);
    return all.length >= count ? all : undefined;
  });

test('a delivery that failed is listed, and delivered again under the same guid', async () => {
  github.webhooksTo(app.url);
  app.answerWith(500);
  await push('1');
  const [failed] = await finished(1);
  const list = (await api('GET', '?status=failure')).body;
  expect(list).toMatchObject([
    { id: failed?.id, guid: failed?.guid, event: 'push', status_code: 500, redelivery: false },
  ]);
  expect((await api('GET', '?status=success')).body).toEqual([]);

  app.answerWith(202);
  expect((await api('POST', `/${failed?.id}/attempts`)).status).toBe(202);
  const [, again] = await finished(2);
  expect(again).toMatchObject({
    guid: failed?.guid,
    redelivery: true,
    response: { status: 'OK', statusCode: 202 },
  });
  expect(again?.id).not.toBe(failed?.id);
  const [one, two] = app.received;
  expect(two?.headers['x-github-delivery']).toBe(one?.headers['x-github-delivery']);
  expect(two?.body).toBe(one?.body);

  expect((await api('GET', `/${again?.id}`)).body).toMatchObject({
    request: { headers: { 'X-GitHub-Event': 'push' }, payload: { ref: 'refs/heads/main' } },
    response: { payload: 'thank you' },
  });
  github.expectClean();
});

test('deliveries are listed newest first, by pages that new ones do not shift', async () => {
  github.webhooksTo(app.url);
  for (const content of ['1', '2', '3']) await push(content);
  const ids = (await finished(3)).map(({ id }) => id).toReversed();
  const first = await api<{ id: number }[]>('GET', '?per_page=2');
  expect(first.body.map(({ id }) => id)).toEqual(ids.slice(0, 2));
  await push('4');
  await finished(4);
  const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
  const second = await api<{ id: number }[]>('GET', next);
  expect(second.body.map(({ id }) => id)).toEqual(ids.slice(2));
});

test('a receiver that is away fails the delivery, and nothing else', async () => {
  github.webhooksTo('http://127.0.0.1:9/');
  await push('1');
  const [delivery] = await finished(1);
  expect(delivery?.response).toMatchObject({ status: 'failed to connect to host', statusCode: 0 });
  github.expectClean();
});

test('deliveries that are held back come late, in another order, and twice', async () => {
  github.webhooksTo(app.url);
  github.deliveries.pause();
  const [one, two] = [await push('1'), await push('2')];
  expect(app.received).toEqual([]);
  github.deliveries.resume((held) => [...held.toReversed(), ...held]);
  const received = await app.arrived(4);
  expect(received.map(({ body }) => (JSON.parse(body) as { after: string }).after)).toEqual([
    two,
    one,
    one,
    two,
  ]);
});

test('a delivery that is lost is in the log, and can be sent again', async () => {
  github.webhooksTo(app.url);
  github.deliveries.faults.add({ fault: { kind: 'lost' }, event: 'push' });
  await push('1');
  const [lost] = await finished(1);
  expect(lost?.response?.status).toBe('failed to connect to host');
  expect(app.received).toEqual([]);
  await api('POST', `/${lost?.id}/attempts`);
  const [received] = await app.arrived(1);
  expect(received?.headers['x-github-delivery']).toBe(lost?.guid);
});

test('a delivery comes twenty times under one guid', async () => {
  github.webhooksTo(app.url);
  github.deliveries.faults.add({ fault: { kind: 'repeated', copies: 20 }, event: 'push' });
  await push('1');
  const received = await app.arrived(20);
  expect(new Set(received.map(({ headers }) => headers['x-github-delivery'])).size).toBe(1);
});

test('a delivery that is late is overtaken by the next', async () => {
  github.webhooksTo(app.url);
  github.deliveries.faults.add({ fault: { kind: 'overtaken', by: 1 }, event: 'push' });
  const [one, two] = [await push('1'), await push('2')];
  const received = await app.arrived(2);
  expect(received.map(({ body }) => (JSON.parse(body) as { after: string }).after)).toEqual([two, one]);
});

test('an order is shuffled by its seed, without losing or doubling', () => {
  const all = [1, 2, 3, 4, 5, 6, 7, 8];
  expect(shuffled(1)(all)).toEqual(shuffled(1)(all));
  expect(shuffled(1)(all)).not.toEqual(shuffled(2)(all));
  expect(shuffled(1)(all).toSorted((a, b) => a - b)).toEqual(all);
});

test('a suspended installation is told nothing', async () => {
  github.webhooksTo(app.url);
  github.installation.suspendedAt = Date.now();
  await push('1');
  github.installation.suspendedAt = undefined;
  await push('2');
  await finished(1);
  expect(github.deliveries.all()).toHaveLength(1);
});
