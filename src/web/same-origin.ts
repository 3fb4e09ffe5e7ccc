import type { WebContext } from './context.js';
import type { Session } from './sessions.js';
import { sameSecret } from './signature.js';

/**
 * Whether a page of ours sent the request, as the browser says. Who is asked by no browser says nothing and is
 * refused: without a cookie to misuse, programs have a token.
 */
export function isFromHere(c: WebContext, publicUrl: string): boolean {
  const site = c.req.header('Sec-Fetch-Site');
  if (site !== undefined) return site === 'same-origin';
  // Without it: an older browser, or a host that is reached by plain HTTP.
  const origin = c.req.header('Origin') ?? '';
  if (!URL.canParse(origin)) return false;
  // A proxy may have put another name into Host.
  return (
    new URL(origin).origin === new URL(publicUrl).origin || new URL(origin).host === c.req.header('Host')
  );
}

export function isOwnForm(session: Session, csrf: string | undefined): boolean {
  return csrf !== undefined && sameSecret(csrf, session.csrf);
}
