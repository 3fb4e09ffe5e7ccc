import type { StageId } from '../pipeline/model.js';
import { isInScope, listScope, visibleRepository, visibleRun } from './access.js';
import { readCount } from './api.js';
import type { Room, WebApp, WebContext } from './context.js';
import { frameOf } from './frame.js';
import { createAddresses } from './links.js';
import type { CauseJson } from './log-protocol.js';
import type { FloorProps } from './pages/floor.js';
import { HomePage } from './pages/home.js';
import { RepositoryPage } from './pages/repository.js';
import { RunPage } from './pages/run.js';
import { createPageAddresses, sendPage } from './pages.js';
import type { RunView } from './ports.js';
import { filterOf, readAsked } from './run-filter.js';
import { cacheHeaders } from './security.js';
import { mayAct, viewerOf } from './viewer.js';
import { hasFailedStage } from './words.js';

const RUNS_ON_A_PAGE = 30;
const LAST_PAGE = 10_000;
/** What goes on at once and is worth reading. */
const MOST_OPEN = 50;

const SHOWN_MS = 30 * 24 * 3600 * 1000;
const MOST_FIGURES = 200;

/** What runs over all repositories, in one, and one run. */
export function mountRunPages(app: WebApp, room: Room): void {
  const addresses = createPageAddresses(room);
  const absolute = createAddresses(room.publicUrl, room.signingKey);

  app.get('/', async (c) => {
    const page = pageOf(c);
    const offset = (page - 1) * RUNS_ON_A_PAGE;
    const scope = await listScope(room, c);
    const [{ runs, total }, open, floor] = await Promise.all([
      room.queries.runs({ ...scope, limit: RUNS_ON_A_PAGE, offset }),
      page === 1 ? room.history.open({ ...scope, limit: MOST_OPEN }) : [],
      page === 1 ? floorOf(room) : undefined,
    ]);
    const home = {
      frame: await frameOf(room, c),
      // The answer must be right even when a query is not.
      open: open.filter(({ repository }) => isInScope(scope, repository)),
      runs: runs.filter(({ repository }) => isInScope(scope, repository)),
      floor,
      page,
      hasMore: offset + runs.length < total,
      now: room.clock.now(),
    };
    return sendPage(c, <HomePage {...home} />, 200, cacheHeaders((await viewerOf(room, c)) !== undefined));
  });

  app.get('/repos/:owner/:name', async (c) => {
    const repository = await visibleRepository(room, c, c.req.param('owner'), c.req.param('name'));
    if (!repository) return c.notFound();
    const { id, defaultBranch } = repository;
    const page = pageOf(c);
    const asked = readAsked(c.req.query());
    const now = room.clock.now();
    const [list, newest, figures] = await Promise.all([
      room.history.page({
        ...filterOf(asked),
        repository: id,
        limit: RUNS_ON_A_PAGE,
        offset: (page - 1) * RUNS_ON_A_PAGE,
      }),
      room.history.newest(id, defaultBranch),
      room.history.figures(id, now - SHOWN_MS, MOST_FIGURES),
    ]);
    const oldest = figures.at(-1);
    const stages = oldest === undefined ? [] : await room.history.stages(id, oldest.id);
    const badge = {
      shown: addresses.badge(repository),
      image: absolute.badge(repository),
      page: absolute.repository(repository),
    };
    const frame = await frameOf(room, c);
    const props = { frame, repository, asked, page, ...list, newest, figures, stages, badge, now };
    return sendPage(c, <RepositoryPage {...props} />, 200, cacheHeaders(repository.private));
  });

  app.get('/runs/:run', async (c) => {
    const view = await visibleRun(room, c);
    if (!view) return c.notFound();
    const [frame, around, causes, told, may] = await Promise.all([
      frameOf(room, c),
      room.history.around(view.id),
      causesOf(room, view),
      room.history.told(view.id),
      mayAct(room, c, view.repository),
    ]);
    const page = <RunPage {...{ frame, view, around, causes, told }} mayAct={may} now={room.clock.now()} />;
    return sendPage(c, page, 200, cacheHeaders(view.repository.private));
  });
}

function pageOf(c: WebContext): number {
  return readCount(c.req.query('page'), 1, LAST_PAGE) ?? 1;
}

/** Without Redis the page says so: runs are in the database. */
async function floorOf({ floor, logger }: Room): Promise<FloorProps['floor']> {
  try {
    const [workers, queues] = await Promise.all([floor.workers(), floor.queues()]);
    return { workers, queues };
  } catch (error) {
    logger.error({ error }, 'workers and queues could not be looked at');
    return undefined;
  }
}

/** More failures of one run are looked at one by one. */
const MOST_CAUSES = 8;
/** A log of gigabytes is looked through behind the page: it is there when the page is opened again. */
const CAUSES_WAIT_MS = 1000;

async function causesOf(room: Room, view: RunView): Promise<ReadonlyMap<StageId, CauseJson>> {
  const { causes } = room;
  const failed = view.progress.stages.filter(({ state }) => hasFailedStage(state)).slice(0, MOST_CAUSES);
  const known = new Map<StageId, CauseJson>();
  if (!causes || failed.length === 0) return known;
  const over = new AbortController();
  const looked = failed.map(async ({ id }) => {
    const cause = await causes.of(view.id, id);
    if (cause) known.set(id, cause);
  });
  await Promise.race([Promise.all(looked), room.clock.sleep(CAUSES_WAIT_MS, over.signal)]);
  over.abort();
  return new Map(known);
}
