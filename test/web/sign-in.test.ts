import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { consent, cookiesOf, type Peopled, startPeopled } from './people.js';
import { runView } from './runs.js';

let world: Peopled;
beforeEach(async () => {
  world = await startPeopled();
});
afterEach(() => world.stop());

async function begin(to = '/') {
  const answer = await world.site.ask(`/sign-in?${new URLSearchParams({ to }).toString()}`);
  const location = answer.headers.location ?? '';
  return { answer, location, cookie: cookiesOf(answer.headers['set-cookie']) };
}

const enter = (path: string, cookie: string) => world.site.ask(path, { headers: { cookie } });

describe('signing in', () => {
  test('goes by GitHub and comes back to the page', async () => {
    const { answer, location, cookie } = await begin('/runs/7?x=1');
    expect([answer.status, answer.headers['cache-control']]).toEqual([302, 'no-store']);
    const asked = new URL(location);
    expect(asked.origin + asked.pathname).toBe('https://github.example/login/oauth/authorize');
    expect(asked.searchParams.get('redirectUri')).toBe('http://ci.example/sign-in/callback');
    expect(asked.searchParams.get('state')).toMatch(/^[\w-]{43}$/);
    const entered = await enter(consent(world.github, 'rita', location), cookie);
    expect([entered.status, entered.headers.location]).toEqual([302, '/runs/7?x=1']);
    const { body, headers } = await enter('/', cookiesOf(entered.headers['set-cookie']));
    expect(body).toContain('rita');
    expect(body).toContain('Sign out');
    expect(headers['cache-control']).toBe('private, no-store');
  });

  test('is offered to strangers, with the way back', async () => {
    expect((await world.site.ask('/')).body).toContain('href="/sign-in?to=%2F"');
    const { body } = await world.site.ask('/runs/9/stages/a%2Fb?x=1');
    expect(body).toContain('href="/sign-in?to=%2Fruns%2F9%2Fstages%2Fa%252Fb%3Fx%3D1"');
  });

  test.each([
    ['//evil.example/x'],
    ['/\\evil.example'],
    ['\\/evil.example'],
    ['https://evil.example'],
    ['/\t/evil.example'],
    ['/ /evil.example'],
    ['javascript:alert(1)'],
    ['/%0a/evil.example\r\nSet-Cookie: x=1'],
    [''],
    [`/${'x'.repeat(3000)}`],
  ])('leads to no other site: %j', async (to) => {
    const { location, cookie } = await begin(to);
    const entered = await enter(consent(world.github, 'rita', location), cookie);
    expect(entered.headers.location).toBe('/');
  });

  test('asks GitHub about no more than some codes a minute of one address', async () => {
    const { location, cookie } = await begin();
    const state = new URL(location).searchParams.get('state') ?? '';
    const guess = (code: number) => enter(`/sign-in/callback?code=${String(code)}&state=${state}`, cookie);
    const answers = await Promise.all(Array.from({ length: 30 }, (_, code) => guess(code)));
    expect(answers.filter(({ status }) => status === 403)).toHaveLength(20);
    expect(world.github.asked.filter((one) => one === 'redeem')).toHaveLength(20);
    const refused = answers.find(({ status }) => status === 429);
    expect([refused?.headers['retry-after'], refused?.headers['set-cookie']?.join()]).toEqual([
      '60',
      expect.not.stringContaining('cyclone='),
    ]);
    world.pass(60_000);
    expect(await world.signIn('rita')).toContain('cyclone=');
  });

  test('holds by a state that this browser began, and once', async () => {
    const mine = await begin();
    const theirs = await begin();
    const back = consent(world.github, 'oscar', theirs.location);
    for (const cookie of ['', mine.cookie, 'cyclone-sign-in=e30', 'cyclone-sign-in=!']) {
      const answer = await enter(back, cookie);
      expect([answer.status, cookiesOf(answer.headers['set-cookie'])]).toEqual([403, '']);
    }
    const first = await enter(back, theirs.cookie);
    expect(first.status).toBe(302);
    expect(first.headers['set-cookie']?.join()).toMatch(/cyclone-sign-in=;[^,]*Max-Age=0/);
    // A browser that keeps it all the same has a code that was used.
    expect((await enter(back, theirs.cookie)).status).toBe(403);
  });

  test('who says no at GitHub comes back as a stranger', async () => {
    const { location, cookie } = await begin('/runs/7');
    const state = new URL(location).searchParams.get('state') ?? '';
    const answer = await enter(`/sign-in/callback?error=access_denied&state=${state}`, cookie);
    expect([answer.status, answer.headers.location]).toEqual([302, '/runs/7']);
    expect(cookiesOf(answer.headers['set-cookie'])).toBe('');
  });

  test('GitHub away: it is said, and nobody is signed in', async () => {
    const { location, cookie } = await begin();
    const back = consent(world.github, 'rita', location);
    world.github.isDown = true;
    const answer = await enter(back, cookie);
    expect([answer.status, cookiesOf(answer.headers['set-cookie'])]).toEqual([503, '']);
  });

  test('nobody can where the App has no client secret, and nothing is said of it', async () => {
    await world.stop();
    world = await startPeopled({ signIn: undefined });
    expect((await world.site.ask('/')).body).not.toMatch(/sign.in/i);
    expect((await world.site.ask('/sign-in')).status).toBe(404);
    expect((await world.site.ask('/sign-out', { method: 'POST' })).status).toBe(404);
  });
});

describe('a session', () => {
  test('is never the one that came with the request', async () => {
    const planted = `cyclone=${'p'.repeat(43)}`;
    const { location, cookie } = await begin();
    const entered = await enter(consent(world.github, 'rita', location), `${cookie}; ${planted}`);
    const given = cookiesOf(entered.headers['set-cookie']);
    expect(given).toMatch(/^cyclone=[\w-]{43}$/);
    expect(given).not.toBe(planted);
    expect((await enter('/', planted)).body).not.toContain('rita');
  });

  test('of before ends when somebody signs in anew', async () => {
    const before = await world.signIn('rita');
    const { location, cookie } = await begin();
    await enter(consent(world.github, 'wanda', location), `${cookie}; ${before}`);
    expect((await enter('/', before)).body).not.toContain('rita');
  });

  test.each([
    ['https://ci.example', '__Host-cyclone', /; Path=\/; HttpOnly; Secure; SameSite=Lax$/],
    ['http://ci.example', 'cyclone', /; Path=\/; HttpOnly; SameSite=Lax$/],
  ])('of %s has the cookie %s', async (publicUrl, name, flags) => {
    await world.stop();
    world = await startPeopled({ publicUrl });
    const { location, cookie, answer } = await begin();
    const entered = await enter(consent(world.github, 'rita', location), cookie);
    const set = entered.headers['set-cookie']?.find((one) => one.startsWith(`${name}=`)) ?? '';
    expect(set).toMatch(/^[\w-]+=[\w-]{43}; Max-Age=2592000/);
    expect(set).toMatch(flags);
    expect(set).not.toContain('Domain');
    expect(answer.headers['set-cookie']?.[0]).toMatch(flags);
  });

  test('lasts while it is used, and thirty days at most', async () => {
    const cookie = await world.signIn('rita');
    const day = 24 * 3_600_000;
    for (const days of [6, 12, 18, 24]) {
      world.pass(6 * day);
      expect([days, (await enter('/', cookie)).body.includes('rita')]).toEqual([days, true]);
    }
    world.pass(6 * day);
    expect((await enter('/', cookie)).body).not.toContain('rita');
  });

  test('is nothing that the database could give away, and old ones leave it', async () => {
    const cookie = await world.signIn('rita');
    const kept = await world.rows();
    expect(kept).toMatchObject([{ id: expect.stringMatching(/^[0-9a-f]{64}$/), login: 'rita' }]);
    expect(JSON.stringify(kept)).not.toContain(cookie.split('=')[1]);
    expect(JSON.stringify(kept)).not.toMatch(/gh[ur]_/);
    world.pass(8 * 24 * 3_600_000);
    await world.signIn('wanda');
    expect(await world.rows()).toMatchObject([{ login: 'wanda' }]);
  });

  test('renews an expired token once for all who ask at the same time', async () => {
    world.github.tokenLife = 3_600_000;
    world.github.roles.set('rita', 'read');
    world.site.runs.put(runView({ id: 1, private: true, repository: { id: 77 } }));
    world.site.runs.put(runView({ id: 2, private: true, repository: { id: 78 } }));
    const cookie = await world.signIn('rita');
    world.pass(3_600_000);
    const all = await Promise.all([1, 2, 1, 2].map((id) => enter(`/runs/${String(id)}`, cookie)));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(world.github.asked.filter((one) => one === 'refresh')).toHaveLength(1);
    world.pass(3_600_000);
    expect((await enter('/runs/1', cookie)).status).toBe(200);
  });
});
