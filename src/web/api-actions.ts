import { z } from 'zod';
import type { Repository } from '../pipeline/model.js';
import type { Verdict } from '../runs/operations.js';
import { apiRunWithStages } from './api-run.js';
import { readJson } from './body.js';
import type { Room, WebApp, WebContext } from './context.js';
import { createAddresses } from './links.js';
import { bearerOf, byToken } from './person.js';
import type { Actions } from './ports.js';
import { createQuota } from './quota.js';
import type { Person, Rights } from './rights.js';
import { runActions } from './run-actions.js';
import { isFromHere, isOwnForm } from './same-origin.js';

const LARGEST = 4 * 1024;
const Wanted = z.object({
  // Dots alone would be a way up, to other addresses of GitHub's.
  repository: z.string().regex(/^(?!\.+\/)[\w.-]{1,100}\/(?!\.+$)[\w.-]{1,100}$/),
  ref: z.string().min(1).max(250),
});
const EXPECTED = 'Expected {"repository": "<owner>/<name>", "ref": "<branch or tag>"}';

/** Each asks GitHub up to three times. */
const EACH_MINUTE = 30;
const ALL_A_MINUTE = 300;

/** Some words, or who it is. */
type Known<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly answer: Response };

type Acting = NonNullable<Awaited<ReturnType<Rights['who']>>>;

/**
 * What people start, end and have run again, each with a GitHub token of their own, or with their session and what
 * only pages of it know. Rights are GitHub's, at the time of the request.
 */
export function mountActions(app: WebApp, room: Room, { people, operations }: Actions): void {
  const addresses = createAddresses(room.publicUrl, room.signingKey);
  const quota = createQuota(() => room.clock.now(), EACH_MINUTE, ALL_A_MINUTE);

  const personOf = async (c: WebContext): Promise<Known<Acting>> => {
    const person = await whoAsks(room, c);
    if (!person.ok) return person;
    const seconds = quota.take(person.value.key);
    if (seconds > 0) {
      c.header('Retry-After', String(seconds));
      return refused(c, 429, 'Too many requests: try again later');
    }
    const known = await room.rights.who(person.value);
    return known ? { ok: true, value: known } : refused(c, 401, 'GitHub does not take this token');
  };

  /** A repository that somebody may not see is answered like one that does not exist. */
  const mayAct = async (c: WebContext, person: Acting, repository: Repository): Promise<Known<undefined>> => {
    switch (await people.standing(person.token, person.login, repository)) {
      case 'none':
        return refused(c, 404, 'Not found');
      case 'read':
        return refused(c, 403, `${person.login} may not write to ${repository.owner}/${repository.name}`);
      case 'write':
        return { ok: true, value: undefined };
    }
  };

  const answer = async (c: WebContext, verdict: Verdict): Promise<Response> => {
    if (verdict.kind === 'refused') return c.json({ message: verdict.words }, 409);
    const view = await room.queries.run(verdict.runs[0] ?? 0);
    return view === undefined
      ? c.json({ message: verdict.words }, 202)
      : c.json(apiRunWithStages(view, addresses), 202);
  };

  /** GitHub may be away: what was asked for was not done. */
  const guarded = async (c: WebContext, work: () => Promise<Response>): Promise<Response> => {
    c.header('Cache-Control', 'no-store');
    try {
      return await work();
    } catch (error) {
      room.logger.error({ error, run: c.req.param('run') }, 'an action could not be carried out');
      return c.json({ message: 'GitHub or a part of Cyclone cannot be reached: try again' }, 503);
    }
  };

  for (const { path, act } of runActions(operations)) {
    app.post(`/api/runs/:run${path}`, (c) =>
      guarded(c, async () => {
        const person = await personOf(c);
        if (!person.ok) return person.answer;
        const id = c.req.param('run') ?? '';
        const view = /^[1-9]\d{0,14}$/.test(id) ? await room.queries.run(Number(id)) : undefined;
        if (view === undefined) return c.json({ message: 'Not found' }, 404);
        const allowed = await mayAct(c, person.value, view.repository);
        if (!allowed.ok) return allowed.answer;
        const verdict = await act(view, person.value.login, c);
        return verdict === undefined ? c.json({ message: 'Not found' }, 404) : answer(c, verdict);
      }),
    );
  }

  app.post('/api/runs', (c) =>
    guarded(c, async () => {
      const person = await personOf(c);
      if (!person.ok) return person.answer;
      const asked = await readJson(c.req.raw, Wanted, LARGEST);
      if (!asked.ok) return c.json({ message: asked.message ?? EXPECTED }, asked.status);
      const [owner = '', name = ''] = asked.value.repository.split('/');
      const repository = await people.repository(owner, name);
      if (repository === undefined) return c.json({ message: 'Not found' }, 404);
      const allowed = await mayAct(c, person.value, repository);
      if (!allowed.ok) return allowed.answer;
      return answer(c, await operations.start(repository, asked.value.ref, person.value.login));
    }),
  );
}

/** A token goes before a session; a session is taken only from a page of ours. */
async function whoAsks(room: Room, c: WebContext): Promise<Known<Person>> {
  const bearer = bearerOf(c);
  if (bearer === 'foreign') {
    return refused(c, 401, 'Only personal access tokens are taken: ghp_… or github_pat_…');
  }
  if (bearer !== undefined) return { ok: true, value: byToken(bearer) };
  const session = await room.sessions?.of(c);
  if (!session) return refused(c, 401, 'Send a GitHub token of yours: Authorization: Bearer …');
  return isFromHere(c, room.publicUrl) && isOwnForm(session, c.req.header('X-CSRF-Token'))
    ? { ok: true, value: session }
    : refused(c, 403, 'A session is taken from a page of its own, with X-CSRF-Token');
}

function refused(c: WebContext, status: 401 | 403 | 404 | 429, message: string): Known<never> {
  if (status === 401) c.header('WWW-Authenticate', 'Bearer');
  return { ok: false, answer: c.json({ message }, status) };
}
