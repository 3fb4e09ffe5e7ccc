import { createHash } from 'node:crypto';
import { openDatabase } from '../../src/adapters/sql/database.js';
import { sessionStore } from '../../src/adapters/sql/sessions.js';
import type { Verdict } from '../../src/runs/operations.js';
import type { Actions, Granted, OAuth, People, SessionStore, WebDeps } from '../../src/web/ports.js';
import { newSqliteFile } from '../adapters/sql/sqlite-file.js';
import { type Site, startSite } from './harness.js';
import { NOON } from './runs.js';

type Role = 'none' | 'read' | 'write';

/** What GitHub knows of people; a test changes it as it goes on. */
export interface PeopleAtGitHub {
  readonly people: People;
  readonly oauth: OAuth;
  /** By login; on private repositories, none where nothing is said. */
  readonly roles: Map<string, Role>;
  /** How long tokens live, milliseconds; null: they do not expire. */
  tokenLife: number | null;
  isDown: boolean;
  /** Requests, in words. */
  readonly asked: string[];
  personalToken(login: string): string;
  /** Ends all tokens that somebody signed in for, and what would renew them. */
  revoke(login: string): void;
}

export function peopleAtGitHub(now: () => number): PeopleAtGitHub {
  const tokens = new Map<string, { readonly login: string; readonly until: number }>();
  const refreshes = new Map<string, string>();
  const codes = new Map<string, { readonly challenge: string; readonly redirectUri: string }>();
  let count = 0;
  const next = (): number => {
    count += 1;
    return count;
  };
  const alive = (token: string): string | undefined => {
    const known = tokens.get(token);
    return known && now() < known.until ? known.login : undefined;
  };
  const ask = (words: string): void => {
    github.asked.push(words);
    if (github.isDown) throw new Error('GitHub does not answer');
  };
  const grant = (login: string): Granted => {
    const token = `ghu_${login}_${String(next())}`;
    const refreshToken = `ghr_${login}_${String(next())}`;
    const expiresAt = github.tokenLife === null ? null : now() + github.tokenLife;
    tokens.set(token, { login, until: expiresAt ?? Number.POSITIVE_INFINITY });
    refreshes.set(refreshToken, login);
    return { token, expiresAt, refreshToken };
  };
  const github: PeopleAtGitHub = {
    roles: new Map(),
    tokenLife: null,
    isDown: false,
    asked: [],
    personalToken(login) {
      const token = `ghp_${login}_${String(next())}`;
      tokens.set(token, { login, until: Number.POSITIVE_INFINITY });
      return token;
    },
    revoke(login) {
      for (const [token, known] of tokens) if (known.login === login) tokens.delete(token);
      for (const [token, whose] of refreshes) if (whose === login) refreshes.delete(token);
    },
    people: {
      async whose(token) {
        ask('whose');
        return alive(token);
      },
      async sees(token, { id, private: isPrivate }) {
        ask(`sees ${String(id)}`);
        const login = alive(token);
        if (login === undefined) return 'token_refused';
        return !isPrivate || (github.roles.get(login) ?? 'none') !== 'none' ? 'yes' : 'no';
      },
      async standing(_token, login, { private: isPrivate }) {
        ask('standing');
        return github.roles.get(login) ?? (isPrivate ? 'none' : 'read');
      },
      repository: async () => undefined,
    },
    oauth: {
      authorizeUrl: (asked) =>
        `https://github.example/login/oauth/authorize?${new URLSearchParams(asked).toString()}`,
      async redeem({ code, verifier, redirectUri }) {
        ask('redeem');
        const begun = codes.get(code);
        codes.delete(code);
        const challenge = createHash('sha256').update(verifier).digest('base64url');
        const isMeant = begun?.challenge === challenge && begun.redirectUri === redirectUri;
        return isMeant ? grant(code.split(' ')[0] ?? '') : undefined;
      },
      async refresh(refreshToken) {
        ask('refresh');
        const login = refreshes.get(refreshToken);
        refreshes.delete(refreshToken);
        return login === undefined ? undefined : grant(login);
      },
    },
  };
  /** What a person does on GitHub's page: says yes. */
  consents.set(github, (login, location) => {
    const { searchParams } = new URL(location);
    const code = `${login} ${String(next())}`;
    codes.set(code, {
      challenge: searchParams.get('challenge') ?? '',
      redirectUri: searchParams.get('redirectUri') ?? '',
    });
    return `/sign-in/callback?${new URLSearchParams({ code, state: searchParams.get('state') ?? '' }).toString()}`;
  });
  return github;
}

const consents = new WeakMap<PeopleAtGitHub, (login: string, location: string) => string>();

/** @returns the path to which GitHub sends the browser back */
export function consent(github: PeopleAtGitHub, login: string, location: string): string {
  return consents.get(github)?.(login, location) ?? '';
}

export interface Peopled {
  readonly site: Site;
  readonly github: PeopleAtGitHub;
  readonly sessions: SessionStore;
  /** All that the database has of sessions. */
  rows(): Promise<readonly { readonly id: string }[]>;
  /** What was asked of the operations, in words. */
  readonly done: string[];
  /** ms since the epoch. */
  now: number;
  /** Lets that time pass; whoever sleeps so long wakes. */
  pass(ms: number): void;
  /** The browser's cookie header of somebody who has just signed in. */
  signIn(login: string): Promise<string>;
  /** What the pages of a session put into their forms. */
  csrf(cookie: string): Promise<string>;
  stop(): Promise<void>;
}

/** A site where people can sign in; sessions are kept in a real database. */
export async function startPeopled(change: Partial<WebDeps> = {}): Promise<Peopled> {
  const place = await newSqliteFile();
  const db = await openDatabase(place.location);
  const sessions = sessionStore(db);
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>();
  const github = peopleAtGitHub(() => peopled.now);
  const done: string[] = [];
  const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      sleepers.add({ until: peopled.now + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve(), { once: true });
    });
  const site = await startSite({
    publicUrl: 'http://ci.example',
    clock: { now: () => peopled.now, sleep },
    signIn: { oauth: github.oauth, sessions },
    actions: { people: github.people, operations: noting(done) },
    ...change,
  });
  const peopled: Peopled = {
    site,
    github,
    sessions,
    done,
    rows: () => db.selectFrom('sessions').selectAll().execute(),
    now: NOON,
    pass(ms) {
      peopled.now += ms;
      for (const sleeper of sleepers) {
        if (sleeper.until > peopled.now) continue;
        sleepers.delete(sleeper);
        sleeper.wake();
      }
    },
    async signIn(login) {
      const begun = await site.ask('/sign-in?to=/');
      const back = consent(github, login, begun.headers.location ?? '');
      const entered = await site.ask(back, { headers: { cookie: cookiesOf(begun.headers['set-cookie']) } });
      return cookiesOf(entered.headers['set-cookie']);
    },
    async csrf(cookie) {
      const { body } = await site.ask('/', { headers: { cookie } });
      return /name="csrf" value="([^"]+)"/.exec(body)?.[1] ?? '';
    },
    async stop() {
      await site.stop();
      await db.destroy();
      await place.remove();
    },
  };
  return peopled;
}

/** What a browser sends back of what it was given. */
export function cookiesOf(setCookies: readonly string[] | undefined): string {
  return (setCookies ?? [])
    .filter((one) => !/Max-Age=0/i.test(one))
    .map((one) => one.split(';', 1)[0])
    .join('; ');
}

function noting(done: string[]): Actions['operations'] {
  const note = async (words: string): Promise<Verdict> => {
    done.push(words);
    return { kind: 'done', words: `It is done: <${words}>.`, runs: [1] };
  };
  return {
    start: ({ name }, ref, by) => note(`start ${name} ${ref} by ${by}`),
    cancel: (run, by) => note(`cancel ${String(run)} by ${by}`),
    rerun: (run, stages, by) => note(`rerun ${String(run)} [${stages.join()}] by ${by}`),
    rerunFailed: (run, by) => note(`rerun failed of ${String(run)} by ${by}`),
    allowRun: (run, by) => note(`allow ${String(run)} by ${by}`),
  };
}
