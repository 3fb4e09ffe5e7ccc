import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { cookiesOf, type Peopled, startPeopled } from './people.js';
import { runView } from './runs.js';

let world: Peopled;
beforeEach(async () => {
  world = await startPeopled();
  world.github.roles.set('rita', 'read').set('wanda', 'write');
  const repository = { id: 77, owner: 'acme', name: 'secret' };
  world.site.runs.put(
    runView({ id: 1, private: true, repository, stages: { 'e2e (n=1)': { status: 'queued' } } }),
  );
  world.site.runs.put(runView({ id: 3 }));
});
afterEach(() => world.stop());

const FROM_HERE = { 'sec-fetch-site': 'same-origin', origin: 'http://ci.example' };

interface Sent {
  readonly cookie?: string;
  readonly csrf?: string;
  readonly headers?: Record<string, string>;
}

function post(path: string, { cookie, csrf, headers = FROM_HERE }: Sent) {
  return world.site.ask(path, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      ...(cookie === undefined ? {} : { cookie }),
      ...headers,
    },
    body: csrf === undefined ? '' : new URLSearchParams({ csrf }).toString(),
  });
}

async function as(login: string): Promise<{ readonly cookie: string; readonly csrf: string }> {
  const cookie = await world.signIn(login);
  return { cookie, csrf: await world.csrf(cookie) };
}

/** All that changes something for people: a route that is missing here fails below. */
const ACTIONS: Readonly<Record<string, string>> = {
  '/runs/:run/cancel': 'cancel 1 by wanda',
  '/runs/:run/rerun': 'rerun 1 [] by wanda',
  '/runs/:run/rerun-failed': 'rerun failed of 1 by wanda',
  '/runs/:run/allow': 'allow 1 by wanda',
  '/runs/:run/stages/:stage/rerun': 'rerun 1 [e2e (n=1)] by wanda',
};
const pathOf = (pattern: string, run = 1): string =>
  pattern.replace(':run', String(run)).replace(':stage', 'e2e%20(n%3D1)');

test('every form of the site is in the table', () => {
  const forms = world.site.routes
    .filter(({ method, path }) => method !== 'GET' && method !== 'ALL' && !/^\/(api|internal)\//.test(path))
    .map(({ path }) => path)
    .filter((path) => path !== '/sign-out');
  expect(new Set(forms)).toEqual(new Set(Object.keys(ACTIONS)));
});

test.each(Object.entries(ACTIONS))(
  '%s is done for a writer, who comes back and is told once',
  async (pattern, words) => {
    const me = await as('wanda');
    const answer = await post(pathOf(pattern), me);
    expect(world.done).toEqual([words]);
    expect(answer.status).toBe(303);
    const back = pattern.includes(':stage') ? '/runs/1/stages/e2e%20(n%3D1)' : '/runs/1';
    expect(answer.headers.location).toBe(back);
    const cookie = `${me.cookie}; ${cookiesOf(answer.headers['set-cookie'])}`;
    const page = await world.site.ask(back, { headers: { cookie } });
    expect(page.body).toContain(`It is done: &lt;${words}&gt;.`);
    expect(page.headers['set-cookie']?.join()).toMatch(/cyclone-said=;[^,]*Max-Age=0/);
  },
);

test.each(Object.keys(ACTIONS))('%s is done for nobody else', async (pattern) => {
  const [writer, reader, outsider] = await Promise.all([as('wanda'), as('rita'), as('oscar')]);
  const path = pathOf(pattern);
  expect((await post(path, {})).status).toBe(403);
  expect((await post(path, reader)).status).toBe(403);
  expect((await post(path, outsider)).status).toBe(404);
  expect((await post(pathOf(pattern, 404), outsider)).status).toBe(404);
  expect((await post(pathOf(pattern, 3), outsider)).status).toBe(403);
  // A form that was not made for this session.
  expect((await post(path, { cookie: writer.cookie })).status).toBe(403);
  expect((await post(path, { cookie: writer.cookie, csrf: reader.csrf })).status).toBe(403);
  expect((await post(path, { ...writer, csrf: `${writer.csrf}A` })).status).toBe(403);
  // A form of another site's page.
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    {},
  ]) {
    expect([headers, (await post(path, { ...writer, headers })).status]).toEqual([headers, 403]);
  }
  const asJson = { ...FROM_HERE, 'content-type': 'text/plain' };
  expect((await post(path, { ...writer, headers: asJson })).status).toBe(403);
  expect(world.done).toEqual([]);
});

test('a right that was taken away is gone at once', async () => {
  const me = await as('wanda');
  expect((await post('/runs/1/cancel', me)).status).toBe(303);
  world.github.roles.set('wanda', 'read');
  expect((await post('/runs/1/cancel', me)).status).toBe(403);
  world.github.revoke('wanda');
  expect((await post('/runs/3/cancel', me)).status).toBe(403);
  expect((await world.site.ask('/', { headers: me })).body).not.toContain('wanda');
  expect(world.done).toHaveLength(1);
});

test('GitHub away: nothing is done, and it is said', async () => {
  const me = await as('wanda');
  world.github.isDown = true;
  expect((await post('/runs/1/cancel', me)).status).toBe(503);
  expect(world.done).toEqual([]);
});

test('signing out takes a form of this session, and leaves nothing of it', async () => {
  const me = await as('rita');
  expect((await post('/sign-out', { cookie: me.cookie })).status).toBe(403);
  expect((await post('/sign-out', { ...me, headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
  expect((await world.site.ask('/', { headers: me })).body).toContain('rita');
  const answer = await post('/sign-out', me);
  expect([answer.status, answer.headers.location]).toEqual([303, '/']);
  expect(answer.headers['set-cookie']?.join()).toMatch(/cyclone=;[^,]*Max-Age=0/);
  expect((await world.site.ask('/', { headers: me })).body).not.toContain('rita');
});

test('the API takes a session from its own pages, and from nowhere else', async () => {
  const me = await as('wanda');
  const ask = (headers: Record<string, string>) =>
    world.site.ask('/api/runs/1/cancel', { method: 'POST', headers: { cookie: me.cookie, ...headers } });
  expect((await ask(FROM_HERE)).status).toBe(403);
  expect((await ask({ 'x-csrf-token': me.csrf, 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect(world.done).toEqual([]);
  expect((await ask({ ...FROM_HERE, 'x-csrf-token': me.csrf })).status).toBe(202);
  expect(world.done).toEqual(['cancel 1 by wanda']);
});

test.each(['gho_', 'ghu_', 'ghs_', ''])('the API takes no token that begins with %j', async (prefix) => {
  const token = world.github.personalToken('wanda').replace('ghp_', prefix);
  const answer = await world.site.ask('/api/runs/1/cancel', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  expect([answer.status, world.done]).toEqual([401, []]);
});
