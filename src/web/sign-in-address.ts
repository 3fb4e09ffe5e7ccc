import type { Room, WebContext } from './context.js';

/** Longer ones are not ours. */
const LONGEST = 2000;

/** Where one signs in and comes back to the page of the request; undefined: nobody can. */
export function signInAddress(room: Room, c: WebContext): string | undefined {
  if (!room.signIn) return undefined;
  const { pathname, search } = new URL(c.req.url);
  const isPage = c.req.method === 'GET' && !pathname.startsWith('/sign-in');
  return `${rootOf(room)}/sign-in?${new URLSearchParams({ to: isPage ? pathname + search : '/' }).toString()}`;
}

/** What stands before our paths, by whatever name a person reached us: empty, or `/base`. */
export function rootOf({ publicUrl }: Pick<Room, 'publicUrl'>): string {
  return new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/**
 * A path of ours to go on to, whatever somebody put into the address. Browsers take `//host`, `/\host`, and both with
 * tabs and line ends in between, for another site.
 */
export function ownPath(to: string | undefined): string {
  if (to === undefined || to.length > LONGEST || !/^\/(?![/\\])[!-~]*$/.test(to) || to.includes('\\'))
    return '/';
  const here = 'http://here.invalid';
  return URL.canParse(to, here) && new URL(to, here).origin === here ? to : '/';
}
