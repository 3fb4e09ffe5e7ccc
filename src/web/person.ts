import { createHash } from 'node:crypto';
import type { Room, WebContext } from './context.js';
import type { Person } from './rights.js';

/**
 * Only tokens that people made for use by programs of theirs. What another app was given when somebody signed in
 * there (`gho_`, `ghu_`) would let that app act here in their name; a token of an installation is nobody's.
 */
const PERSONAL = /^(ghp|github_pat)_/;

/** The token of a request; `foreign`: there is one that is not taken. */
export function bearerOf(c: WebContext): string | 'foreign' | undefined {
  const header = c.req.header('Authorization');
  if (header === undefined) return undefined;
  const token = /^Bearer ([!-~]{10,2000})$/i.exec(header)?.[1];
  return token !== undefined && PERSONAL.test(token) ? token : 'foreign';
}

/** Who asks; a token that came with the request goes before a session. */
export async function personOf(room: Room, c: WebContext): Promise<Person | undefined> {
  const bearer = bearerOf(c);
  if (bearer === undefined) return room.sessions?.of(c);
  return bearer === 'foreign' ? undefined : byToken(bearer);
}

export function byToken(token: string): Person {
  return {
    key: `token ${createHash('sha256').update(token).digest('hex')}`,
    login: undefined,
    token: async () => token,
    end: async () => undefined,
  };
}
