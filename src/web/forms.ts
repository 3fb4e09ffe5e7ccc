import { readBody } from './body.js';
import type { Room, WebApp, WebContext } from './context.js';
import { setFlash } from './flash.js';
import { frameOf } from './frame.js';
import { createAddresses } from './links.js';
import { sendProblem } from './pages.js';
import type { Actions, RunView } from './ports.js';
import { type RunAction, runActions } from './run-actions.js';
import { isFromHere, isOwnForm } from './same-origin.js';
import type { Session, Sessions } from './sessions.js';
import { rootOf } from './sign-in-address.js';

const LARGEST = 4 * 1024;

/** The buttons of pages. Each is answered with the page again, and with what came of it. */
export function mountForms(app: WebApp, room: Room, sessions: Sessions, { operations }: Actions): void {
  const addresses = createAddresses(rootOf(room), undefined);
  const refuse = async (c: WebContext, status: 403 | 404): Promise<Response> =>
    sendProblem(c, addresses, status, undefined, await frameOf(room, c));

  app.post('/sign-out', async (c) => {
    const session = await sessions.of(c);
    if (session) {
      if (!(await isMeant(room, c, session))) return refuse(c, 403);
      await sessions.end(c);
    }
    return c.redirect(addresses.home(1), 303);
  });

  const submit = async (c: WebContext, { path, act }: RunAction): Promise<Response> => {
    const session = await sessions.of(c);
    if (!session || !(await isMeant(room, c, session))) return refuse(c, 403);
    const id = c.req.param('run') ?? '';
    const view = /^[1-9]\d{0,14}$/.test(id) ? await room.queries.run(Number(id)) : undefined;
    if (!view) return refuse(c, 404);
    // As GitHub knows it at this moment: nothing that was kept lets anybody act.
    const standing = await room.rights.standing(session, view.repository, 0);
    if (standing !== 'write') {
      return refuse(c, standing === 'read' || !view.repository.private ? 403 : 404);
    }
    const verdict = await act(view, session.login, c);
    if (!verdict) return refuse(c, 404);
    setFlash(room, c, verdict.words);
    return c.redirect(back(view, path, c), 303);
  };

  const back = ({ id }: RunView, path: RunAction['path'], c: WebContext): string => {
    const stage = c.req.param('stage');
    return path === '/stages/:stage/rerun' && stage !== undefined
      ? addresses.stage(id, stage, false)
      : addresses.run(id, false);
  };

  for (const action of runActions(operations)) {
    app.post(`/runs/:run${action.path}`, (c) => submit(c, action));
  }
}

/** A page of ours sent the form, and it was made for this session. */
async function isMeant(room: Room, c: WebContext, session: Session): Promise<boolean> {
  if (!isFromHere(c, room.publicUrl)) return false;
  if (!/^application\/x-www-form-urlencoded\b/i.test(c.req.header('Content-Type') ?? '')) return false;
  const body = await readBody(c.req.raw, LARGEST);
  return isOwnForm(session, new URLSearchParams(body?.toString('utf8')).get('csrf') ?? undefined);
}
