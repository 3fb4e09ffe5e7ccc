import { createHash, createHmac, randomBytes } from 'node:crypto';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { cookieName, cookieOptions } from './cookies.js';
import type { WebContext } from './env.js';
import type { Clock, Granted, SessionStore, SignIn } from './ports.js';
import type { Person } from './rights.js';
import { seal, unseal } from './session-seal.js';

/** Somebody who signed in, in one browser. */
export interface Session extends Person {
  readonly login: string;
  /** Known to pages of this session alone. */
  readonly csrf: string;
}

export interface Sessions {
  /** The session of the request; undefined: there is none, or none any more. */
  of(c: WebContext): Promise<Session | undefined>;
  /** Begins one with a cookie of its own, whatever came with the request; the one before ends. */
  begin(c: WebContext, login: string, granted: Granted): Promise<void>;
  end(c: WebContext): Promise<void>;
}

const DAY_MS = 24 * 3600 * 1000;
/** Since it was begun, and since it was last used. */
const LONGEST_MS = 30 * DAY_MS;
const IDLE_MS = 7 * DAY_MS;
/** Between two notes that it is used: pages that renew themselves would write all the time. */
const NOTE_MS = 3600 * 1000;
/** A token that expires on its way is of no use. */
const EARLY_MS = 60_000;

const COOKIE = 'cyclone';
const SECRET_BYTES = 32;

/** @param publicUrl where browsers reach us: by https, cookies go by nothing else */
export function createSessions(
  { oauth, sessions: store }: SignIn,
  { publicUrl, clock }: { readonly publicUrl: string; readonly clock: Clock },
): Sessions {
  const name = cookieName(publicUrl, COOKIE);
  const options = cookieOptions(publicUrl);
  /** One for all that a request asks. */
  const known = new WeakMap<WebContext, Promise<Session | undefined>>();
  /** A refresh token works once: all who wait want the same answer. */
  const renewals = new Map<string, Promise<Granted | undefined>>();

  const secretOf = (c: WebContext): string | undefined => {
    const value = getCookie(c, name);
    return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
  };

  const renew = async (id: string, secret: string, sealed: string): Promise<Granted | undefined> => {
    const refreshToken = unseal(secret, sealed)?.refreshToken ?? undefined;
    const fresh = refreshToken === undefined ? undefined : await oauth.refresh(refreshToken);
    if (fresh !== undefined) {
      await store.reseal(id, seal(secret, fresh));
      return fresh;
    }
    // Another server may have used it just before.
    const now = await store.find(id);
    if (now !== undefined && now.sealed !== sealed) return unseal(secret, now.sealed);
    await store.remove(id);
    return undefined;
  };

  /** Read anew each time: an answer that goes on for hours asks long after the session was ended or renewed. */
  const tokenOf = async (id: string, secret: string): Promise<string | undefined> => {
    const stored = await store.find(id);
    if (stored === undefined) return undefined;
    const granted = unseal(secret, stored.sealed);
    if (granted && (granted.expiresAt === null || clock.now() < granted.expiresAt - EARLY_MS)) {
      return granted.token;
    }
    const renewal = renewals.get(id) ?? renew(id, secret, stored.sealed).finally(() => renewals.delete(id));
    renewals.set(id, renewal);
    return (await renewal)?.token;
  };

  const load = async (c: WebContext): Promise<Session | undefined> => {
    const secret = secretOf(c);
    if (secret === undefined) return undefined;
    const id = idOf(secret);
    const stored = await store.find(id);
    if (stored === undefined) return undefined;
    const now = clock.now();
    if (now - stored.createdAt >= LONGEST_MS || now - stored.usedAt >= IDLE_MS) {
      await store.remove(id);
      return undefined;
    }
    if (now - stored.usedAt >= NOTE_MS) await store.used(id, now);
    return {
      key: `session ${id}`,
      login: stored.login,
      csrf: createHmac('sha256', secret).update('forms').digest('base64url'),
      token: () => tokenOf(id, secret),
      end: async () => {
        known.delete(c);
        await store.remove(id);
      },
    };
  };

  const sessions: Sessions = {
    of(c) {
      const session = known.get(c) ?? load(c);
      known.set(c, session);
      return session;
    },
    async begin(c, login, granted) {
      await sessions.end(c);
      const secret = randomBytes(SECRET_BYTES).toString('base64url');
      const now = clock.now();
      await removeOldSessions(store, now);
      await store.put(idOf(secret), { login, createdAt: now, usedAt: now, sealed: seal(secret, granted) });
      setCookie(c, name, secret, { ...options, maxAge: LONGEST_MS / 1000 });
    },
    async end(c) {
      const secret = secretOf(c);
      if (secret === undefined) return;
      known.delete(c);
      await store.remove(idOf(secret));
      deleteCookie(c, name, options);
    },
  };
  return sessions;
}

/** Those that open nothing any more. */
export function removeOldSessions(store: Pick<SessionStore, 'removeOld'>, now: number): Promise<void> {
  return store.removeOld(now - LONGEST_MS, now - IDLE_MS);
}

/** What the database knows of the cookie. */
function idOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
