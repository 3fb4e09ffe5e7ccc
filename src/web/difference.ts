import type { LogDifference } from '../logs/difference/differences.js';
import { seesAll, visibleStage } from './access.js';
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
    const isWhole = await seesAll(room, c, view.repository);
    const shown = isWhole ? difference : difference && withoutOther(difference);
    const page = DifferencePage({
      ...found,
      frame: await frameOf(room, c),
      passed,
      difference: shown,
      isWhole,
    });
    return sendPage(c, page, 200, cacheHeaders(view.repository.private));
  });
}

/** A link that is signed for one run shows what that one printed, and nothing that another did. */
function withoutOther(difference: LogDifference): LogDifference {
  if (difference.kind !== 'compared') return difference;
  const own = difference.hunks.map((lines) => lines.filter(({ kind }) => kind !== 'removed'));
  return { ...difference, hunks: own.filter((lines) => lines.some(({ kind }) => kind === 'added')) };
}
