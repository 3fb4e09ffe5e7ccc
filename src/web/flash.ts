import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { Room, WebContext } from './context.js';
import { cookieName, cookieOptions } from './cookies.js';

const COOKIE = 'cyclone-said';
const SECONDS = 60;
/** Of a cookie's 4096 bytes. */
const LONGEST = 500;

/** Words for the page that the browser is sent to next. */
export function setFlash({ publicUrl }: Pick<Room, 'publicUrl'>, c: WebContext, words: string): void {
  const value = Buffer.from(words.slice(0, LONGEST)).toString('base64url');
  setCookie(c, cookieName(publicUrl, COOKIE), value, { ...cookieOptions(publicUrl), maxAge: SECONDS });
}

/** They are shown once. */
export function takeFlash({ publicUrl }: Pick<Room, 'publicUrl'>, c: WebContext): string | undefined {
  const name = cookieName(publicUrl, COOKIE);
  const value = getCookie(c, name);
  if (value === undefined) return undefined;
  deleteCookie(c, name, cookieOptions(publicUrl));
  return Buffer.from(value, 'base64url').toString('utf8').slice(0, LONGEST);
}
