import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { signRun } from '../../src/web/signature.js';
import { words } from '../content.js';
import { SIGNING_KEY, type Site, WORKER_SECRET } from './harness.js';
import { type Peopled, startPeopled } from './people.js';
import { ended, runView } from './runs.js';

/** Guarded by secrets of their own. */
const FOR_MACHINES = ['/internal/'];
/** Opens by a signature of its own, for pages where nobody signs in. */
const BADGES = '/badge/';

let world: Peopled;
let site: Site;

async function start(change: Parameters<typeof startPeopled>[0] = {}): Promise<void> {
  world = await startPeopled({
    worker: {
      secret: WORKER_SECRET,
      leases: { lease: async () => undefined, renewToken: async () => undefined },
      finds: { cache: async () => undefined, result: async () => undefined },
    },
    // Its page is there also where there is nothing to compare.
    differences: { between: async () => ({ kind: 'too_different' }) },
    ...change,
  });
  site = world.site;
  const artifacts = { ...(await site.blobs.put(words('hush'))), files: 1 };
  const stages = { build: ended({ kind: 'passed' }, { artifacts }) };
  const secret = { id: 77, owner: 'acme', name: 'secret' };
  for (const id of [1, 2]) {
    site.runs.put(runView({ id, private: true, repository: secret, stages, trigger: { title: 'hush' } }));
    await site.print(id, 'build', 'hush\n');
  }
  site.runs.put(runView({ id: 3, repository: { id: 78, owner: 'acme', name: 'open' } }));
  world.github.roles.set('rita', 'read').set('wanda', 'write');
}
beforeEach(() => start());
afterEach(() => world.stop());

type Headers = Record<string, string>;
interface Way {
  readonly headers?: Headers;
  readonly query?: string;
}

const session = async (login: string): Promise<Way> => ({ headers: { cookie: await world.signIn(login) } });
const bearer = (token: string): Way => ({ headers: { authorization: `Bearer ${token}` } });
const signed = (run: number): Way => ({ query: `sig=${signRun(SIGNING_KEY, run)}` });

/** Who comes, and whether a run of the private repository is there for them. */
const VISITORS: Readonly<Record<string, { readonly sees: boolean; readonly come: () => Promise<Way> }>> = {
  'a stranger': { sees: false, come: async () => ({}) },
  'a stranger with a made-up cookie': {
    sees: false,
    come: async () => ({ headers: { cookie: `cyclone=${'A'.repeat(43)}` } }),
  },
  'somebody whom GitHub does not show it': { sees: false, come: () => session('oscar') },
  'a reader': { sees: true, come: () => session('rita') },
  'a writer': { sees: true, come: () => session('wanda') },
  'the signed link of the run': { sees: true, come: async () => signed(1) },
  'the signed link of another run': { sees: false, come: async () => signed(2) },
  'a session whose token was revoked': {
    sees: false,
    async come() {
      const way = await session('rita');
      world.github.revoke('rita');
      return way;
    },
  },
  'a session whose token expired and is renewed': {
    sees: true,
    async come() {
      world.github.tokenLife = 3_600_000;
      const way = await session('rita');
      world.pass(4_000_000);
      return way;
    },
  },
  'a session whose token expired and is not renewed': {
    sees: false,
    async come() {
      world.github.tokenLife = 3_600_000;
      const way = await session('rita');
      world.github.revoke('rita');
      world.pass(4_000_000);
      return way;
    },
  },
  'a session of seven days ago': {
    sees: false,
    async come() {
      const way = await session('rita');
      world.pass(7 * 24 * 3_600_000);
      return way;
    },
  },
  'a session that signed out': {
    sees: false,
    async come() {
      const way = await session('rita');
      const cookie = way.headers?.['cookie'] ?? '';
      const headers = {
        cookie,
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/x-www-form-urlencoded',
      };
      const body = `csrf=${await world.csrf(cookie)}`;
      expect((await site.ask('/sign-out', { method: 'POST', headers, body })).status).toBe(303);
      return way;
    },
  },
  'a reader who lost the role a minute ago': {
    sees: false,
    async come() {
      const way = await session('rita');
      expect((await site.ask('/runs/1', way)).status).toBe(200);
      world.github.roles.delete('rita');
      world.pass(60_000);
      return way;
    },
  },
  'a personal token of a reader': {
    sees: true,
    come: async () => bearer(world.github.personalToken('rita')),
  },
  'a personal token of somebody else': {
    sees: false,
    come: async () => bearer(world.github.personalToken('oscar')),
  },
  'a token that another app was given by a reader': {
    sees: false,
    come: async () => bearer(world.github.personalToken('rita').replace('ghp_', 'gho_')),
  },
};

/** The address of a pattern; a parameter that nobody thought of yet is filled with something. */
function addressOf(pattern: string, run: number, repository: string): string {
  const given: Readonly<Record<string, string>> = {
    run: String(run),
    stage: 'build',
    owner: 'acme',
    file: `${repository}.svg`,
  };
  return pattern.replaceAll(/:(\w+)(\{[^}]*\})?\??/g, (_, name: string) => given[name] ?? repository);
}

function patterns(): string[] {
  const all = site.routes.filter(({ method }) => method === 'GET').map(({ path }) => path);
  return [...new Set(all)].filter((path) => !FOR_MACHINES.some((start) => path.startsWith(start)));
}

/** What is of one run or repository; the rest are lists, and what is the same for everybody. */
const guarded = (): string[] => patterns().filter((path) => /:(run|owner)\b/.test(path));
const lists = (): string[] => patterns().filter((path) => !path.includes(':'));

/** Status and what is read first: some answers go on for as long as one listens. */
async function look(pattern: string, [run, repository]: readonly [number, string], way: Way) {
  const path = addressOf(pattern, run, repository) + (way.query === undefined ? '' : `?${way.query}`);
  const answer = await site.open(path, way.headers);
  let body = '';
  for await (const chunk of answer) {
    body += String(chunk);
    if (body.length > 100_000 || answer.headers['content-type']?.startsWith('text/event-stream')) break;
  }
  answer.destroy();
  // The address stands in the link to sign in.
  const neutral = body.replaceAll(/to=[^"]*/g, '').replaceAll(new RegExp(repository, 'g'), 'it');
  return { status: answer.statusCode, body: neutral.replaceAll(/\b(1|404)\b/g, 'N') };
}

const THERE = [1, 'secret'] as const;
const ABSENT = [404, 'absent'] as const;

describe.each(Object.entries(VISITORS))('%s', (name, { sees, come }) => {
  test(
    sees ? 'sees the run by every address' : 'sees by no address more than of what is not there',
    async () => {
      const patterns = guarded();
      expect(patterns).toContain('/runs/:run/stages/:stage/log');
      const way = await come();
      for (const pattern of patterns) {
        const isOfRun = pattern.includes(':run');
        const there = await look(pattern, THERE, way);
        const absent = await look(pattern, ABSENT, way);
        const shown = JSON.stringify(there) !== JSON.stringify(absent);
        // A signed link is a right to its run, and to nothing else.
        const isNoLink = !name.startsWith('the signed link') && !pattern.startsWith(BADGES);
        const expected = sees && (isOfRun || isNoLink);
        expect({ pattern, shown }).toEqual({ pattern, shown: expected });
        if (!expected)
          expect({ pattern, body: there.body }).not.toMatchObject({ body: expect.stringContaining('hush') });
      }
    },
  );

  test(sees ? 'finds it in lists, with a right that is not a link' : 'finds it in no list', async () => {
    const way = await come();
    const isListed = sees && !name.startsWith('the signed link');
    for (const pattern of lists()) {
      const { body } = await look(pattern, THERE, way);
      if (!isListed)
        expect({ pattern, listed: /hush|secret/.test(body) }).toEqual({ pattern, listed: false });
    }
    for (const path of ['/', '/api/runs']) {
      const { body } = await site.ask(path, way);
      expect({ path, listed: body.includes('hush') }).toEqual({ path, listed: isListed });
      expect(body).toContain('runs/3');
    }
  });
});

test('where people sign in to see, a link is no right', async () => {
  await world.stop();
  await start({ signingKey: undefined });
  for (const pattern of guarded()) {
    const isOfRun = pattern.includes(':run');
    if (isOfRun)
      expect(await look(pattern, THERE, signed(1))).toEqual(await look(pattern, ABSENT, signed(1)));
  }
  const { status, body } = await site.ask('/runs/1', await session('rita'));
  expect(status).toBe(200);
  expect(body).not.toContain('sig=');
});

test('while GitHub cannot be asked, what is private stays closed and what is public opens', async () => {
  const way = await session('rita');
  world.github.isDown = true;
  const closed = await site.ask('/runs/1', way);
  expect([closed.status, closed.body]).toEqual([503, expect.stringContaining('Try again')]);
  expect(closed.body).not.toContain('hush');
  expect((await site.ask('/api/runs/1', way)).status).toBe(503);
  const open = await site.ask('/runs/3', way);
  expect([open.status, open.body]).toEqual([200, expect.stringContaining('rita')]);
  // It names who looks: nobody on the way may keep it.
  expect(open.headers['cache-control']).toBe('private, no-store');
  const list = await site.ask('/', way);
  expect([list.status, list.body]).toEqual([200, expect.not.stringContaining('hush')]);
  expect((await site.ask('/runs/1')).status).toBe(404);
  world.github.isDown = false;
  expect((await site.ask('/runs/1', way)).status).toBe(200);
});

test.each([
  ['a session', () => session('oscar')],
  ['a made-up token', async () => bearer('ghp_madeup0123456789')],
])('neither time nor GitHub being away tells %s which names are taken', async (_, come) => {
  const way = await come();
  const names = ['secret', 'SECRET', 'absent', 'ABSENT'];
  const answers = async (name: string) => {
    const from = world.github.asked.length;
    const paths = [`/repos/acme/${name}`, `/api/repos/acme/${name}`, `/api/runs?repo=acme/${name}`];
    const all = await Promise.all(paths.map(async (path) => (await site.ask(path, way)).status));
    // What takes time is to ask GitHub.
    return { all, asked: world.github.asked.length - from };
  };
  const [there, thereAgain, absent, absentAgain] = [
    await answers('secret'),
    await answers('SECRET'),
    await answers('absent'),
    await answers('ABSENT'),
  ];
  expect([there.asked, thereAgain.asked]).toEqual([1, 0]);
  expect([absent, absentAgain]).toEqual([there, thereAgain]);
  world.pass(60_000);
  world.github.isDown = true;
  expect((await Promise.all(names.map(answers))).map(({ all }) => all)).toEqual(
    names.map(() => [503, 503, 503]),
  );
});

test('GitHub is asked once a minute for a session and repository', async () => {
  const way = await session('rita');
  world.github.asked.length = 0;
  for (let count = 0; count < 5; count += 1) await site.ask('/runs/1/stages/build/log', way);
  expect(world.github.asked).toEqual(['sees 77']);
  world.pass(60_000);
  await site.ask('/runs/1/stages/build/log', way);
  expect(world.github.asked).toEqual(['sees 77', 'sees 77']);
});

describe('an answer that goes on', () => {
  const events = '/runs/1/stages/build/log/stream';
  beforeEach(() => {
    const secret = { id: 77, owner: 'acme', name: 'secret' };
    const stages = { build: { status: 'in_progress', startedAt: world.now } as const };
    site.runs.put(runView({ id: 1, private: true, repository: secret, stages }));
  });

  /** Until it is over, or has said that. */
  async function heard(chunks: AsyncIterable<unknown>, until?: string): Promise<string> {
    let text = '';
    try {
      for await (const chunk of chunks) {
        text += String(chunk);
        if (until !== undefined && text.includes(until)) return text;
      }
    } catch {
      return `${text} (cut)`;
    }
    return text;
  }

  test('is cut within a minute after the right is lost, and not before', async () => {
    const way = await session('rita');
    const answer = await site.open(events, way.headers);
    const chunks = { [Symbol.asyncIterator]: () => answer.iterator({ destroyOnReturn: false }) };
    expect(await heard(chunks, 'hush')).toContain('hush');
    world.pass(55_000);
    await site.print(1, 'build', 'still here\n');
    expect(await heard(chunks, 'still here')).toContain('still here');
    world.github.roles.delete('rita');
    world.pass(55_000);
    expect(await heard(chunks)).toContain('(cut)');
  });

  test('is cut when the session ends', async () => {
    const way = await session('rita');
    const answer = await site.open(events, way.headers);
    const chunks = { [Symbol.asyncIterator]: () => answer.iterator({ destroyOnReturn: false }) };
    await heard(chunks, 'hush');
    world.github.revoke('rita');
    world.pass(55_000);
    expect(await heard(chunks)).toContain('(cut)');
    expect((await site.ask('/runs/1', way)).status).toBe(404);
  });

  test('goes on for a signed link', async () => {
    const answer = await site.open(`${events}?${signed(1).query ?? ''}`);
    const chunks = { [Symbol.asyncIterator]: () => answer.iterator({ destroyOnReturn: false }) };
    await heard(chunks, 'hush');
    world.pass(55_000);
    await site.print(1, 'build', 'still here\n');
    expect(await heard(chunks, 'still here')).toContain('still here');
    answer.destroy();
  });
});
