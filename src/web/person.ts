import { createHash } from 'node:crypto';
import type { Room, WebContext } from './context.js';
import type { Person } from './rights.js';

/**
 * Only tokens that people made for use by programs of theirs. What another app was given when somebody signed in
 * there (`gho_`, `ghu_`) would let that app act here in their name; a token of an installation is nobody's.
 */
const PERSONAL = /^(ghp|github_pat)_/;

/** The token of a request. */
export type Bearer =
  | { readonly kind: 'none' }
  /** There is one, and it is not taken. */
  | { readonly kind: 'foreign' }
  | { readonly kind: 'personal'; readonly token: string };

export function bearerOf(c: WebContext): Bearer {
  const header = c.req.header('Authorization');
  if (header === undefined) return { kind: 'none' };
  const token = /^Bearer ([!-~]{10,2000})$/i.exec(header)?.[1];
  return token !== undefined && PERSONAL.test(token) ? { kind: 'personal', token } : { kind: 'foreign' };
}

/** Who asks; a token that came with the request goes before a session. */
export async function personOf(room: Room, c: WebContext): Promise<Person | undefined> {
  const bearer = bearerOf(c);
  switch (bearer.kind) {
    case 'none':
      return room.sessions?.of(c);
    case 'foreign':
      return undefined;
    case 'personal':
      return byToken(bearer.token);
  }
}

export function byToken(token: string): Person {
  return {
    key: `token ${createHash('sha256').update(token).digest('hex')}`,
    login: undefined,
    token: async () => token,
    end: async () => undefined,
  };
}
