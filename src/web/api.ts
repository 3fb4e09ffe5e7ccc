import type { z } from 'zod';
import {
  isInScope,
  isSignedFor,
  type ListScope,
  listScope,
  visibleRepository,
  visibleRun,
} from './access.js';
import { type Operation, routeOf } from './api-operation.js';
import { linkHeader } from './api-pages.js';
import { NOT_FOUND, sendApiProblem } from './api-problem.js';
import {
  type Page,
  PageQuery,
  pageOf,
  RunsOfRepositoryQuery,
  RunsQuery,
  readQuery,
  runFilterOf,
  SignedQuery,
} from './api-query.js';
import { createListLimit } from './api-rate.js';
import * as reads from './api-reads.js';
import { apiRepository } from './api-repository.js';
import { apiRun, apiRunWithStages, apiStage, type Beside } from './api-run.js';
import type { ApiRepositoryList, ApiRunList, ApiStageList } from './api-shapes.js';
import type { Room, WebApp, WebContext } from './context.js';
import { type Addresses, createAddresses } from './links.js';
import type { RunView } from './ports.js';
import { cacheHeaders } from './security.js';

/** Runs, stages and repositories as JSON, in GitHub's words. */
export function mountApi(app: WebApp, room: Room): void {
  const limited = createListLimit(room);

  /** Answers what `operation` describes, when its parameters are as its `query` says. */
  const mount = <T extends z.ZodObject>(
    operation: Operation,
    query: T,
    answer: (c: WebContext, asked: z.output<T>) => Promise<Response | undefined>,
  ): void => {
    app.get(routeOf(operation), async (c) => {
      const asked = readQuery(c, query);
      if (!asked.ok) return sendApiProblem(room, c, asked.problem);
      return (await answer(c, asked.value)) ?? sendApiProblem(room, c, NOT_FOUND);
    });
  };

  const sendRuns = async (
    c: WebContext,
    asked: z.output<typeof RunsOfRepositoryQuery>,
    { repository, scope }: { readonly repository: string | undefined; readonly scope: ListScope },
  ): Promise<Response> => {
    const filter = { ...runFilterOf(asked), ...(repository !== undefined && { repository }), ...scope };
    const { runs, total } = await room.queries.runs(filter);
    const visible = runs.filter((view) => isInScope(scope, view.repository));
    const addresses = apiAddresses(room, c);
    const list: ApiRunList = { total_count: total, runs: visible.map((view) => apiRun(view, addresses)) };
    return sendPage(room, c, list, { scope, page: pageOf(asked) });
  };

  mount(reads.LIST_RUNS, RunsQuery, async (c, { repo, ...asked }) => {
    const refusal = limited(c);
    if (refusal) return refusal;
    const scope = repo === undefined ? await listScope(room, c) : await scopeOfName(room, c, repo);
    return sendRuns(c, asked, { repository: repo, scope });
  });

  mount(reads.LIST_RUNS_OF_REPOSITORY, RunsOfRepositoryQuery, async (c, asked) => {
    const refusal = limited(c);
    if (refusal) return refusal;
    const repository = await namedRepository(room, c);
    if (repository === undefined) return undefined;
    return sendRuns(c, asked, {
      repository: `${repository.owner}/${repository.name}`,
      scope: { publicOnly: true, alsoRepositories: [repository.id] },
    });
  });

  mount(reads.LIST_REPOSITORIES, PageQuery, async (c, asked) => {
    const refusal = limited(c);
    if (refusal) return refusal;
    const scope = await listScope(room, c);
    const page = pageOf(asked);
    const offset = (page.page - 1) * page.perPage;
    const { repositories, total } = await room.repositories.list({ ...scope, limit: page.perPage, offset });
    const addresses = apiAddresses(room, c);
    const list: ApiRepositoryList = {
      total_count: total,
      repositories: repositories
        .filter(({ repository }) => isInScope(scope, repository))
        .map((view) => apiRepository(view, addresses)),
    };
    return sendPage(room, c, list, { scope, page });
  });

  mount(reads.GET_REPOSITORY, PageQuery.pick({}), async (c) => {
    const repository = await namedRepository(room, c);
    if (repository === undefined) return undefined;
    const view = await room.repositories.view(repository);
    return c.json(apiRepository(view, apiAddresses(room, c)), 200, cacheHeaders(repository.private));
  });

  mount(reads.GET_RUN, SignedQuery, async (c) => {
    const view = await visibleRun(room, c);
    return (
      view && sendOf(c, view, await apiRunWithStages(view, apiAddresses(room, c), await besideOf(room, view)))
    );
  });

  mount(reads.LIST_STAGES, SignedQuery, async (c) => {
    const view = await visibleRun(room, c);
    if (view === undefined) return undefined;
    const { stages } = await apiRunWithStages(view, apiAddresses(room, c), await besideOf(room, view));
    return sendOf(c, view, { total_count: stages.length, stages } satisfies ApiStageList);
  });

  mount(reads.GET_STAGE, SignedQuery, async (c) => {
    const view = await visibleRun(room, c);
    const stage = view?.plan.stages.find(({ id }) => id === c.req.param('stage'));
    return (
      view &&
      stage &&
      sendOf(c, view, await apiStage(view, stage, apiAddresses(room, c), await besideOf(room, view)))
    );
  });
}

export async function besideOf({ causes, history }: Room, { id }: RunView): Promise<Beside> {
  return { causes, told: await history.told(id) };
}

/** A signed link opens one run: the addresses of the answer carry that right on, and no other. */
export function apiAddresses(room: Room, c: WebContext): Addresses {
  const run = Number(c.req.param('run'));
  return isSignedFor(room, c, run)
    ? createAddresses(room.publicUrl, room.signingKey, run)
    : createAddresses(room.publicUrl, undefined);
}

/** More than the most is the most, as GitHub does it. */
export function readCount(text: string | undefined, absent: number, most: number): number | undefined {
  if (text === undefined || text === '') return absent;
  return /^[1-9]\d{0,8}$/.test(text) ? Math.min(Number(text), most) : undefined;
}

function namedRepository(room: Room, c: WebContext): ReturnType<typeof visibleRepository> {
  return visibleRepository(room, c, c.req.param('owner') ?? '', c.req.param('repo') ?? '');
}

/** Of one repository: it is asked about alone, however many others there are. */
async function scopeOfName(room: Room, c: WebContext, fullName: string): Promise<ListScope> {
  const [owner = '', name = ''] = fullName.split('/');
  const repository = await visibleRepository(room, c, owner, name);
  return { publicOnly: true, alsoRepositories: repository === undefined ? [] : [repository.id] };
}

function sendOf(c: WebContext, { repository }: RunView, body: object): Response {
  return c.json(body, 200, cacheHeaders(repository.private));
}

function sendPage(
  room: Room,
  c: WebContext,
  list: { readonly total_count: number },
  { scope, page }: { readonly scope: ListScope; readonly page: Page },
): Response {
  const root = room.publicUrl.replace(/\/+$/, '');
  const { pathname, search } = new URL(c.req.url);
  const link = linkHeader(new URL(`${root}${pathname}${search}`), page, list.total_count);
  if (link !== undefined) c.header('Link', link);
  return c.json(list, 200, cacheHeaders((scope.alsoRepositories ?? []).length > 0));
}
