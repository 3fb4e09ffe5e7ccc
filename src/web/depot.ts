import { z } from 'zod';

import type { Finds } from '../runs/depot.js';
import { BlobRefused } from '../runs/ports.js';
import { readJson } from './body.js';
import type { Room, WebApp } from './context.js';

/** Keys have 512 characters, and a stage does not name very many. */
const LARGEST = 256 * 1024;

const WantedCache = z.object({
  run: z.int().positive(),
  key: z.string(),
  restoreKeys: z.array(z.string()),
});
const WantedResult = z.object({ run: z.int().positive(), address: z.string() });

const REFUSED = { too_large: 413, no_space: 507, broken: 503 } as const;

/** The depot, for workers on other machines. */
export function mountDepot(app: WebApp, { blobs, streams, logger }: Room, finds: Finds): void {
  app.put('/internal/depot/blobs', async (c) => {
    const { incoming } = c.env;
    try {
      // Not destroyed by who stops reading in the middle: below, that tells that the worker left.
      return c.json(await blobs.put(incoming.iterator({ destroyOnReturn: false })), 201);
    } catch (error) {
      if (error instanceof BlobRefused) {
        logger.error({ error, reason: error.reason }, 'a blob was refused');
        return c.json({ message: error.message }, REFUSED[error.reason]);
      }
      if (!incoming.destroyed) throw error;
      // The worker left in the middle, and hears no answer.
      return c.body(null, 400);
    }
  });

  app.get('/internal/depot/blobs/:digest', async (c) => {
    const found = await blobs.get(c.req.param('digest'));
    if (!found) return c.json({ message: 'There is no such blob' }, 404);
    return c.newResponse(
      streams.body(c.env.outgoing, () => found.content),
      200,
      { 'Content-Type': 'application/octet-stream', 'Content-Length': String(found.bytes) },
    );
  });

  app.post('/internal/depot/cache', async (c) => {
    const asked = await readJson(c.req.raw, WantedCache, LARGEST);
    if (!asked.ok)
      return c.json({ message: asked.message ?? 'Expected run, key, restoreKeys' }, asked.status);
    const { run, ...wanted } = asked.value;
    const found = await finds.cache(run, wanted);
    return found ? c.json({ key: found.key, digest: found.digest, bytes: found.bytes }) : c.body(null, 204);
  });

  app.post('/internal/depot/result', async (c) => {
    const asked = await readJson(c.req.raw, WantedResult, LARGEST);
    if (!asked.ok) return c.json({ message: asked.message ?? 'Expected run, address' }, asked.status);
    const found = await finds.result(asked.value.run, asked.value.address);
    return found ? c.json(found) : c.body(null, 204);
  });
}
