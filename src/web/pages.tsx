import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

import { createTail } from '../logs/tail.js';
import { visibleStage } from './access.js';
import type { Room, WebApp, WebContext } from './context.js';
import { type Frame, frameOf } from './frame.js';
import { type Addresses, createAddresses } from './links.js';
import { logExcerpt } from './log-excerpt.js';
import { ProblemPage, type ProblemProps } from './pages/problem.js';
import { StagePage } from './pages/stage.js';
import { cacheHeaders } from './security.js';
import { mayAct } from './viewer.js';

/** Links inside pages are paths: they work by whatever name a person reached us. */
export function createPageAddresses(room: Pick<Room, 'publicUrl' | 'signingKey'>): Addresses {
  return createAddresses(new URL(room.publicUrl).pathname, room.signingKey);
}

export function mountPages(app: WebApp, room: Room): void {
  const tail = createTail(room.archive);

  app.get('/runs/:run/stages/:stage', async (c) => {
    const found = await visibleStage(room, c);
    if (!found) return c.notFound();
    const { view, stage, state } = found;
    const isPrivate = view.repository.private;
    const log = { run: view.id, stage: stage.id };
    const frame = await frameOf(room, c);
    const [excerpt, cause, passed, may] = await Promise.all([
      logExcerpt(tail, log, state.status !== 'completed', (error) =>
        room.logger.error({ error, ...log }, 'a log could not be read'),
      ),
      room.causes?.of(view.id, stage.id),
      room.queries.lastPassed?.(view.id, stage.id),
      mayAct(room, c, view.repository),
    ]);
    const difference = room.differences && passed && frame.addresses.difference(view.id, stage.id, isPrivate);
    const more = { frame, excerpt, cause, difference, mayAct: may, now: room.clock.now() };
    const page = <StagePage {...found} {...more} />;
    return sendPage(c, page, 200, cacheHeaders(isPrivate));
  });
}

const PROBLEMS = {
  404: {
    title: 'There is no such page',
    advice:
      'Or it belongs to a private repository: its pages open by the Details link of a check on GitHub, which holds the right to see them. Go to the commit or pull request there and open Details again.',
  },
  403: {
    title: 'That is not yours to do',
    advice: 'Go back to the page, reload it, and try again from there.',
  },
  410: {
    title: 'These files are not kept any more',
    advice:
      'Files that nobody has used for a time, or that stand in the way of newer ones, are removed. A new run of this commit makes them again.',
  },
  429: {
    title: 'Too many attempts',
    advice: 'Somebody at your address has tried too often. Try again in a minute.',
  },
  500: {
    title: 'Something broke here',
    advice:
      'It is not your pipeline. Try again in a minute; if it stays, the cause is in the log of the server, which whoever runs it can read.',
  },
  503: {
    title: 'GitHub cannot be asked now',
    advice:
      'What is private opens to those to whom GitHub shows the repository, and that is not known now. Try again in a minute.',
  },
} as const;

type ProblemStatus = keyof typeof PROBLEMS;

/** What went wrong, as a page for people and as JSON for programs. */
export function sendProblem(
  c: WebContext,
  addresses: Addresses,
  status: ProblemStatus,
  { title, advice }: Pick<ProblemProps, 'title' | 'advice'> = PROBLEMS[status],
  frame: Frame = { addresses, viewer: undefined, signIn: undefined },
): Response | Promise<Response> {
  const headers = { 'Cache-Control': 'no-store' };
  const isForPrograms = /^\/(api|internal)\//.test(c.req.path);
  if (isForPrograms) return c.json({ message: status === 404 ? 'Not Found' : title }, status, headers);
  return sendPage(c, <ProblemPage frame={frame} title={title} advice={advice} />, status, headers);
}

export function sendPage(
  c: WebContext,
  page: HtmlEscapedString | Promise<HtmlEscapedString>,
  status: 200 | ProblemStatus,
  headers: Record<string, string>,
): Response | Promise<Response> {
  return c.html(html`<!doctype html>${page}`, status, headers);
}
