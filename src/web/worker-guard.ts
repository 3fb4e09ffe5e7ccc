import type { MiddlewareHandler } from 'hono';

import type { WebEnv } from './context.js';
import { sameSecret } from './signature.js';

/** Lets in only who shows the workers' secret. What is answered here is kept by nobody on the way. */
export function guardWorkers(secret: string): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    const [, token = ''] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    c.header('Cache-Control', 'no-store');
    if (!sameSecret(token, secret)) {
      return c.json({ message: 'CYCLONE_WORKER_SECRET is not the one of this server' }, 401, {
        'WWW-Authenticate': 'Bearer',
      });
    }
    return next();
  };
}
