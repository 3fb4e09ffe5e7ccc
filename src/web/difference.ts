import { visibleStage } from './access.js';
import type { Room, WebApp } from './context.js';
import { frameOf } from './frame.js';
import { DifferencePage } from './pages/difference.js';
import { sendPage } from './pages.js';
import { cacheHeaders } from './security.js';

/** What a stage printed that it did not print when it passed the last time. */
export function mountDifference(app: WebApp, room: Room): void {
  app.get('/runs/:run/stages/:stage/difference', async (c) => {
    const found = await visibleStage(room, c);
    const { differences } = room;
    if (!found || !differences) return c.notFound();
    const { view, stage, state } = found;
    const passed = await room.queries.lastPassed?.(view.id, stage.id);
    const isComparable = passed !== undefined && state.status === 'completed';
    const difference = isComparable
      ? await differences.between({ run: passed.id, stage: stage.id }, { run: view.id, stage: stage.id })
      : undefined;
    const page = DifferencePage({ ...found, frame: await frameOf(room, c), passed, difference });
    return sendPage(c, page, 200, cacheHeaders(view.repository.private));
  });
}
