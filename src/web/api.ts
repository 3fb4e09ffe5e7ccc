import { visibleRun } from './access.js';
import { apiRun, apiRunWithStages } from './api-run.js';
import type { Room, WebApp, WebContext } from './context.js';
import { type Addresses, createAddresses } from './links.js';
import type { RunFilter } from './ports.js';
import { cacheHeaders } from './security.js';

const STATUSES = ['queued', 'in_progress', 'completed'] as const;
/** As GitHub's lists. */
const PER_PAGE = 30;
const MOST_PER_PAGE = 100;
/** Deeper pages make SQL count through everything before them. */
const LAST_PAGE = 10_000;

/** Runs as JSON, in GitHub's words. */
export function mountApi(app: WebApp, room: Room): void {
  const addresses: Addresses = createAddresses(room.publicUrl, room.signingKey);
  app.get('/api/runs', async (c) => {
    const filter = readFilter(c);
    if (typeof filter === 'string') return c.json({ message: filter }, 400);
    const { runs, total } = await room.queries.runs(filter);
    // The answer to strangers must be right even when a query is not.
    const visible = runs.filter(({ repository }) => !repository.private);
    return c.json({ total_count: total, runs: visible.map((view) => apiRun(view, addresses)) }, 200, {
      'Cache-Control': 'no-cache',
    });
  });
  app.get('/api/runs/:run', async (c) => {
    const view = await visibleRun(room, c);
    if (!view) return c.notFound();
    return c.json(apiRunWithStages(view, addresses), 200, cacheHeaders(view.repository.private));
  });
}

/** A string says what is wrong. */
function readFilter(c: WebContext): RunFilter | string {
  const { repo, branch, status } = c.req.query();
  const page = readCount(c.req.query('page'), 1, LAST_PAGE);
  const perPage = readCount(c.req.query('per_page'), PER_PAGE, MOST_PER_PAGE);
  if (page === undefined) return 'page: expected a whole number from 1 on';
  if (perPage === undefined) return `per_page: expected a whole number from 1 to ${MOST_PER_PAGE}`;
  const known = STATUSES.find((one) => one === status);
  if (status && !known) return `status: expected one of ${STATUSES.join(', ')}`;
  return {
    ...(repo ? { repository: repo } : {}),
    ...(branch ? { branch } : {}),
    ...(known ? { status: known } : {}),
    publicOnly: true,
    limit: perPage,
    offset: (page - 1) * perPage,
  };
}

/** More than the most is the most, as GitHub does it. */
export function readCount(text: string | undefined, absent: number, most: number): number | undefined {
  if (text === undefined || text === '') return absent;
  return /^[1-9]\d{0,8}$/.test(text) ? Math.min(Number(text), most) : undefined;
}
