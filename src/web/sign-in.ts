import { createHash, randomBytes } from 'node:crypto';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import { z } from 'zod';
import { clientAddress } from './client-address.js';
import type { Room, WebApp, WebContext } from './context.js';
import { cookieName, cookieOptions } from './cookies.js';
import { frameOf } from './frame.js';
import { createAddresses } from './links.js';
import { sendProblem } from './pages.js';
import type { People, SignIn } from './ports.js';
import { createQuota } from './quota.js';
import { RightsUnknown } from './rights.js';
import type { Sessions } from './sessions.js';
import { ownPath, rootOf } from './sign-in-address.js';
import { sameSecret } from './signature.js';

const COOKIE = 'cyclone-sign-in';
/** As long as GitHub's code. */
const SECONDS = 600;

/** What this browser began. */
const BEGUN = z.object({ state: z.string(), verifier: z.string(), to: z.string() });
type Begun = z.infer<typeof BEGUN>;

/** Each asks GitHub twice, with our secret. */
const EACH_MINUTE = 20;
const ALL_A_MINUTE = 600;

const NOT_BEGUN_HERE = {
  title: 'This sign-in has not begun here',
  advice:
    'It took longer than ten minutes, was begun in another browser, or this browser takes no cookies. Nobody was signed in: begin again.',
};

export interface SignInDeps {
  readonly room: Room;
  readonly signIn: SignIn;
  readonly sessions: Sessions;
  readonly people: Pick<People, 'whose'>;
}

/**
 * The web flow of the App's own user authorisation, with PKCE. The state that comes back must be the one of this
 * browser: nobody is signed in as somebody else by a link.
 */
export function mountSignIn(app: WebApp, { room, signIn, sessions, people }: SignInDeps): void {
  const addresses = createAddresses(rootOf(room), undefined);
  const redirectUri = `${room.publicUrl.replace(/\/+$/, '')}/sign-in/callback`;
  const name = cookieName(room.publicUrl, COOKIE);
  const options = cookieOptions(room.publicUrl);
  const quota = createQuota(() => room.clock.now(), EACH_MINUTE, ALL_A_MINUTE);

  app.get('/sign-in', (c) => {
    const begun: Begun = {
      state: randomBytes(32).toString('base64url'),
      verifier: randomBytes(32).toString('base64url'),
      to: ownPath(c.req.query('to')),
    };
    setCookie(c, name, Buffer.from(JSON.stringify(begun)).toString('base64url'), {
      ...options,
      maxAge: SECONDS,
    });
    c.header('Cache-Control', 'no-store');
    const challenge = createHash('sha256').update(begun.verifier).digest('base64url');
    return c.redirect(signIn.oauth.authorizeUrl({ state: begun.state, challenge, redirectUri }), 302);
  });

  app.get('/sign-in/callback', async (c) => {
    const begun = readBegun(getCookie(c, name));
    // Once, whatever comes of it.
    deleteCookie(c, name, options);
    c.header('Cache-Control', 'no-store');
    const refuse = async (): Promise<Response> =>
      sendProblem(c, addresses, 403, NOT_BEGUN_HERE, await frameOf(room, c));
    if (!begun || !sameSecret(c.req.query('state') ?? '', begun.state)) return refuse();
    const goOn = () => c.redirect(rootOf(room) + ownPath(begun.to), 302);
    const code = c.req.query('code');
    // Said no at GitHub: the page is shown as to anybody.
    if (code === undefined) return goOn();
    const seconds = quota.take(clientAddress(room, c));
    if (seconds > 0) {
      c.header('Retry-After', String(seconds));
      return sendProblem(c, addresses, 429, undefined, await frameOf(room, c));
    }
    return (await enter(c, code, begun.verifier)) ? goOn() : refuse();
  });

  const enter = async (c: WebContext, code: string, verifier: string): Promise<boolean> => {
    try {
      const granted = await signIn.oauth.redeem({ code, verifier, redirectUri });
      const login = granted && (await people.whose(granted.token));
      if (granted === undefined || login === undefined) return false;
      await sessions.begin(c, login, granted);
      return true;
    } catch (cause) {
      throw new RightsUnknown('nobody could be signed in', { cause });
    }
  };
}

function readBegun(cookie: string | undefined): Begun | undefined {
  try {
    return BEGUN.parse(JSON.parse(Buffer.from(cookie ?? '', 'base64url').toString('utf8')));
  } catch {
    return undefined;
  }
}
