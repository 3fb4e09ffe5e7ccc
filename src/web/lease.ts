import { z } from 'zod';

import { isJson, readBody } from './body.js';
import type { Room, WebApp } from './context.js';
import { sameSecret } from './signature.js';

const LARGEST = 4 * 1024;
const Asked = z.object({ worker: z.string().min(1).max(200) });

/** Where workers on other machines lease their jobs: 200 with the lease, 204 when there is nothing to do. */
export function mountLease(app: WebApp, { worker: api, logger }: Room): void {
  // An empty secret would let in everyone who sends none.
  if (!api || api.secret === '') return;
  app.post('/internal/jobs/:run/:job/lease', async (c) => {
    const [, token = ''] = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '') ?? [];
    if (!sameSecret(token, api.secret)) {
      return c.json({ message: 'CYCLONE_WORKER_SECRET is not the one of this server' }, 401, {
        'WWW-Authenticate': 'Bearer',
      });
    }
    if (!isJson(c.req.header('content-type'))) return c.json({ message: 'Send application/json' }, 415);
    const body = await readBody(c.req.raw, LARGEST);
    if (!body) return c.json({ message: 'The body is too large' }, 413);
    const asked = Asked.safeParse(parseJson(body));
    const { run, job } = c.req.param();
    if (!asked.success || !/^[1-9]\d{0,14}$/.test(run)) {
      return c.json({ message: 'Expected /internal/jobs/<run>/<job>/lease and {"worker": "<name>"}' }, 400);
    }
    c.header('Cache-Control', 'no-store');
    try {
      const lease = await api.leases.lease(Number(run), job, asked.data.worker);
      return lease === undefined ? c.body(null, 204) : c.json(lease);
    } catch (error) {
      logger.error({ error, run: Number(run), job, worker: asked.data.worker }, 'a lease could not be given');
      return c.json({ message: 'The lease could not be given: ask again' }, 503);
    }
  });
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
