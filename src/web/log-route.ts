import { type LogId, LogRemoved } from '../logs/ports.js';
import { type StageView, visibleStage } from './access.js';
import type { Room, WebApp, WebContext } from './context.js';

/** A log that who asks may see. */
export interface LogView extends StageView {
  /** The stage's own, or with `?service=` that of one of its services. */
  readonly log: LogId;
}

type Send = (c: WebContext, found: LogView) => Promise<Response>;

/** Answers what is asked of a log that is there: `part` is what stands behind its address. */
export function logRoute(app: WebApp, room: Room, part: string, send: Send): void {
  app.get(`/runs/:run/stages/:stage/log${part}`, async (c) => {
    const found = await visibleStage(room, c);
    if (!found) return c.notFound();
    const service = c.req.query('service');
    const log = { run: found.view.id, stage: found.stage.id, ...(service ? { service } : {}) };
    try {
      await ensureKept(room, log);
      return await send(c, { ...found, log });
    } catch (error) {
      if (!(error instanceof LogRemoved)) throw error;
      return c.text(`${REMOVED}\n`, 410, { 'Cache-Control': 'no-store' });
    }
  });
}

const REMOVED =
  'This log is not kept any more: old logs make room for newer ones. A new run of this commit prints it again.';

/** Told before an answer begins: afterwards it could only break off. @throws LogRemoved */
async function ensureKept({ archive }: Room, log: LogId): Promise<void> {
  const { bytes, removed = false } = await archive.index(log);
  if (removed && bytes === 0) throw new LogRemoved(REMOVED);
}

/** A number of an address; undefined: it is none, or too large for one. */
export function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
