import type { z } from 'zod';
import type { Repository } from '../pipeline/model.js';
import type { Verdict } from '../runs/operations.js';
import { apiAddresses, besideOf } from './api.js';
import { RerunBody, START_RUN, StartRun } from './api-acts.js';
import { routeOf } from './api-operation.js';
import { AWAY, badBody, badFields, NOT_FOUND, type Problem, sendApiProblem } from './api-problem.js';
import { TOO_MANY } from './api-rate.js';
import { apiRunWithStages } from './api-run.js';
import type { ApiSaid } from './api-shapes.js';
import { type ReadJson, readJson } from './body.js';
import type { Room, WebApp, WebContext } from './context.js';
import { bearerOf, byToken } from './person.js';
import type { Actions } from './ports.js';
import { createQuota } from './quota.js';
import type { Person, Rights } from './rights.js';
import { runActions } from './run-actions.js';
import { isFromHere, isOwnForm } from './same-origin.js';

const LARGEST = 4 * 1024;
const LONGEST_KEY = 200;

const KEY_TOO_LONG = badFields([
  { field: 'Idempotency-Key', message: `expected at most ${LONGEST_KEY} characters` },
]);

/** Each asks GitHub up to three times. */
const EACH_MINUTE = 30;
const ALL_A_MINUTE = 300;

/** Some words, or who it is. */
type Known<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

type Acting = NonNullable<Awaited<ReturnType<Rights['who']>>>;

/**
 * What people start, end and have run again, each with a GitHub token of their own, or with their session and what
 * only pages of it know. Rights are GitHub's, at the time of the request.
 */
export function mountActions(app: WebApp, room: Room, { people, operations }: Actions): void {
  const quota = createQuota(() => room.clock.now(), EACH_MINUTE, ALL_A_MINUTE);

  const personOf = async (c: WebContext): Promise<Known<Acting>> => {
    const person = await whoAsks(room, c);
    if (!person.ok) return person;
    const seconds = quota.take(person.value.key);
    if (seconds > 0) {
      c.header('Retry-After', String(seconds));
      return refused(TOO_MANY);
    }
    const known = await room.rights.who(person.value);
    return known
      ? { ok: true, value: known }
      : refused({ status: 401, message: 'GitHub does not take this token' });
  };

  /** A repository that somebody may not see is answered like one that does not exist. */
  const mayNot = async (person: Acting, repository: Repository): Promise<Problem | undefined> => {
    switch (await people.standing(person.token, person.login, repository)) {
      case 'none':
        return NOT_FOUND;
      case 'read': {
        const { owner, name } = repository;
        return { status: 403, message: `${person.login} may not write to ${owner}/${name}` };
      }
      case 'write':
        return undefined;
    }
  };

  const answer = async (c: WebContext, verdict: Verdict): Promise<Response | Problem> => {
    if (verdict.kind === 'refused') return { status: 409, message: verdict.words };
    const view = await room.queries.run(verdict.runs[0] ?? 0);
    return view === undefined
      ? c.json({ message: verdict.words } satisfies ApiSaid, 202)
      : c.json(await apiRunWithStages(view, apiAddresses(room, c), await besideOf(room, view)), 202);
  };

  const mount = (
    route: string,
    act: (c: WebContext, person: Acting) => Promise<Response | Problem | undefined>,
  ): void => {
    app.post(route, async (c) => {
      c.header('Cache-Control', 'no-store');
      try {
        const person = await personOf(c);
        if (!person.ok) return sendRefusal(room, c, person.problem);
        const answered = (await act(c, person.value)) ?? NOT_FOUND;
        return answered instanceof Response ? answered : sendRefusal(room, c, answered);
      } catch (error) {
        // GitHub may be away: what was asked for was not done.
        room.logger.error({ error, run: c.req.param('run') }, 'an action could not be carried out');
        return sendRefusal(room, c, AWAY);
      }
    });
  };

  for (const { path, act } of runActions(operations)) {
    mount(`/api/runs/:run${path}`, async (c, person) => {
      const id = c.req.param('run') ?? '';
      const view = /^[1-9]\d{0,14}$/.test(id) ? await room.queries.run(Number(id)) : undefined;
      if (view === undefined) return undefined;
      const obstacle = await mayNot(person, view.repository);
      if (obstacle) return obstacle;
      const asked = path === '/rerun' ? await readRerun(c) : NO_STAGES;
      if (!asked.ok) return badBody(asked);
      const verdict = await act(view, person.login, c, asked.value.stages);
      return verdict && answer(c, verdict);
    });
  }

  mount(routeOf(START_RUN), async (c, person) => {
    const key = c.req.header('Idempotency-Key');
    if ((key ?? '').length > LONGEST_KEY) return KEY_TOO_LONG;
    const asked = await readJson(c.req.raw, StartRun, LARGEST);
    if (!asked.ok) return badBody(asked);
    const { ref, stages = [] } = asked.value;
    const [owner = '', name = ''] = asked.value.repository.split('/');
    const repository = await people.repository(owner, name);
    if (repository === undefined) return undefined;
    const obstacle = await mayNot(person, repository);
    return obstacle ?? answer(c, await operations.start(repository, ref, person.login, { stages, key }));
  });
}

const NO_STAGES = { ok: true, value: { stages: undefined } } as const;

/** A re-run without a body is one of everything. */
async function readRerun(c: WebContext): Promise<ReadJson<z.output<typeof RerunBody>>> {
  const hasBody = c.req.header('Content-Type') !== undefined || Number(c.req.header('Content-Length')) > 0;
  return hasBody ? readJson(c.req.raw, RerunBody, LARGEST) : NO_STAGES;
}

/** A token goes before a session; a session is taken only from a page of ours. */
async function whoAsks(room: Room, c: WebContext): Promise<Known<Person>> {
  const bearer = bearerOf(c);
  if (bearer.kind === 'foreign') {
    const message = 'Only personal access tokens are taken: ghp_… or github_pat_…';
    return refused({ status: 401, message });
  }
  if (bearer.kind === 'personal') return { ok: true, value: byToken(bearer.token) };
  const session = await room.sessions?.of(c);
  if (!session) {
    return refused({ status: 401, message: 'Send a GitHub token of yours: Authorization: Bearer …' });
  }
  return isFromHere(c, room.publicUrl) && isOwnForm(session, c.req.header('X-CSRF-Token'))
    ? { ok: true, value: session }
    : refused({ status: 403, message: 'A session is taken from a page of its own, with X-CSRF-Token' });
}

function refused(problem: Problem): Known<never> {
  return { ok: false, problem };
}

function sendRefusal(room: Room, c: WebContext, problem: Problem): Response {
  if (problem.status === 401) c.header('WWW-Authenticate', 'Bearer');
  return sendApiProblem(room, c, problem);
}
