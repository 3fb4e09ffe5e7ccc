import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';

/**
 * Headers of every answer. Logs are what strangers wrote: even if some of it got into a page as
 * markup, nothing but our own files is loaded or run, and nothing is sent anywhere. The address holds
 * the right to see a private run: no other site gets it as a referrer. (With none at all, browsers hide also from us
 * where a form comes from.)
 */
export function securityHeaders(publicUrl: string): MiddlewareHandler {
  const own = ["'self'"];
  const none = ["'none'"];
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: none,
      styleSrc: own,
      scriptSrc: own,
      imgSrc: own,
      connectSrc: own,
      baseUri: none,
      // Also of redirects after it, in Chromium: GitHub is gone to by a link.
      formAction: own,
      frameAncestors: none,
      // No script of ours turns text into markup, by any of the ways that browsers have for it.
      requireTrustedTypesFor: ["'script'"],
    },
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
    permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
    // A promise that only a host that is reached by https may make.
    strictTransportSecurity: publicUrl.startsWith('https:'),
  });
}

/** An answer to somebody who says who they are may be for them alone, and names them: nobody on the way keeps it. */
export const answerThemAlone: MiddlewareHandler = async (c, next) => {
  await next();
  const isSomebody =
    c.req.header('Authorization') !== undefined || /cyclone/.test(c.req.header('Cookie') ?? '');
  const said = c.res.headers.get('Cache-Control');
  if (isSomebody && said?.startsWith('no-cache')) {
    c.res.headers.set('Cache-Control', said.replace('no-cache', 'private, no-store'));
  }
};

/** Pages of private runs stay out of shared caches and search engines; others are asked for anew. */
export function cacheHeaders(isPrivate: boolean): Record<string, string> {
  return isPrivate
    ? { 'Cache-Control': 'private, no-store', 'X-Robots-Tag': 'noindex' }
    : { 'Cache-Control': 'no-cache' };
}
