import type { Room, WebApp } from './context.js';
import { mountDepot } from './depot.js';
import { mountLease } from './lease.js';
import { guardWorkers } from './worker-guard.js';

/** What workers on other machines ask; nothing of it is there without a secret. */
export function mountInternal(app: WebApp, room: Room): void {
  const { worker, logger } = room;
  // An empty secret would let in everyone who sends none.
  if (!worker || worker.secret === '') return;
  app.use('/internal/*', guardWorkers(worker.secret));
  mountLease(app, worker.leases, logger);
  mountDepot(app, room, worker.finds);
}
