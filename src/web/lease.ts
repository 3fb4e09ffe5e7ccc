import { z } from 'zod';

import { readJson } from './body.js';
import type { WebApp } from './context.js';
import type { LeaseServer, Logger } from './ports.js';

const LARGEST = 4 * 1024;
const Asked = z.object({ worker: z.string().min(1).max(200) });
const Refused = z.object({ fence: z.number().int().positive(), refused: z.string().min(1).max(2000) });
const EXPECTED_TOKEN =
  'Expected /internal/jobs/<run>/<job>/token and {"fence": <number>, "refused": "<token>"}';
const EXPECTED = 'Expected /internal/jobs/<run>/<job>/lease and {"worker": "<name>"}';

/** Where workers on other machines lease their jobs: 200 with the lease, 204 when there is nothing to do. */
export function mountLease(app: WebApp, leases: LeaseServer, logger: Logger): void {
  app.post('/internal/jobs/:run/:job/lease', async (c) => {
    const asked = await readJson(c.req.raw, Asked, LARGEST);
    if (!asked.ok) return c.json({ message: asked.message ?? EXPECTED }, asked.status);
    const { worker } = asked.value;
    const { run, job } = c.req.param();
    if (!/^[1-9]\d{0,14}$/.test(run)) return c.json({ message: EXPECTED }, 400);
    try {
      const lease = await leases.lease(Number(run), job, worker);
      return lease === undefined ? c.body(null, 204) : c.json(lease);
    } catch (error) {
      logger.error({ error, run: Number(run), job, worker }, 'a lease could not be given');
      return c.json({ message: 'The lease could not be given: ask again' }, 503);
    }
  });
  app.post('/internal/jobs/:run/:job/token', async (c) => {
    const asked = await readJson(c.req.raw, Refused, LARGEST);
    if (!asked.ok) return c.json({ message: asked.message ?? EXPECTED_TOKEN }, asked.status);
    const { run, job } = c.req.param();
    if (!/^[1-9]\d{0,14}$/.test(run)) return c.json({ message: EXPECTED_TOKEN }, 400);
    try {
      const token = await leases.renewToken(Number(run), job, asked.value.fence, asked.value.refused);
      return token === undefined ? c.body(null, 204) : c.json({ token });
    } catch (error) {
      logger.error({ error, run: Number(run), job }, 'a clone token could not be given');
      return c.json({ message: 'The token could not be given: ask again' }, 503);
    }
  });
}
