import type { RequestListener } from 'node:http';

import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';

import { mountApi } from './api.js';
import { mountActions } from './api-actions.js';
import { mountApiEdges } from './api-edges.js';
import { mountFloorApi } from './api-floor.js';
import { AWAY, BROKEN, isForApi, NOT_FOUND, sendApiProblem } from './api-problem.js';
import { mountArtifacts } from './artifacts.js';
import { mountAssets } from './assets.js';
import { mountBadge } from './badge.js';
import type { Room, WebEnv } from './context.js';
import { mountDifference } from './difference.js';
import { mountForms } from './forms.js';
import { frameOf } from './frame.js';
import { mountHealth } from './health.js';
import { mountInternal } from './internal.js';
import { mountLog } from './log.js';
import { mountLogEndpoints } from './log-endpoints.js';
import { createPageAddresses, mountPages, sendProblem } from './pages.js';
import type { WebDeps } from './ports.js';
import { createRights, RightsUnknown } from './rights.js';
import { mountRunEvents } from './run-events.js';
import { mountRunPages } from './run-pages.js';
import { mountSchema } from './schema.js';
import { answerThemAlone, securityHeaders } from './security.js';
import { createSessions } from './sessions.js';
import { mountSignIn } from './sign-in.js';
import { createStreams } from './streams.js';
import { mountWebhook } from './webhook.js';

export interface Web {
  readonly listener: RequestListener;
  /** What is answered, by method and pattern. */
  readonly routes: readonly Route[];
  /** Cuts the live streams, which would keep `server.close()` waiting; their clients come back by themselves. */
  close(): void;
}

export interface Route {
  readonly method: string;
  readonly path: string;
}

/** Where links carry no right. */
const NOT_SHOWN = {
  title: 'There is no such page',
  advice:
    'Or it belongs to a private repository: its pages open to people to whom GitHub shows that repository.',
};

/** Everything that is answered over HTTP. Holds no connection of its own and starts nothing. */
export function createWeb(deps: WebDeps): Web {
  const { signIn, actions, clock, logger } = deps;
  const room: Room = {
    ...deps,
    streams: createStreams(logger, clock),
    sessions: signIn && createSessions(signIn, deps),
    rights: createRights(actions?.people, clock),
  };
  const addresses = createPageAddresses(deps);
  const app = new Hono<WebEnv>();
  app.use(securityHeaders(deps.publicUrl), answerThemAlone);
  app.notFound(async (c) => {
    if (isForApi(c)) return sendApiProblem(room, c, NOT_FOUND);
    const words = deps.signingKey === undefined ? NOT_SHOWN : undefined;
    return sendProblem(c, addresses, 404, words, await frameOf(room, c));
  });
  app.onError((error, c) => {
    if (error instanceof RightsUnknown) {
      deps.logger.error({ error, run: c.req.param('run') }, 'rights could not be asked for');
      if (isForApi(c)) return sendApiProblem(room, c, AWAY);
      return sendProblem(c, addresses, 503);
    }
    // The route and not the address: that may hold a signature.
    deps.logger.error({ error, method: c.req.method, run: c.req.param('run') }, 'a request failed');
    if (isForApi(c)) return sendApiProblem(room, c, BROKEN);
    return sendProblem(c, addresses, 500);
  });
  mountWebhook(app, room);
  mountInternal(app, room);
  mountHealth(app, room);
  mountAssets(app);
  mountSchema(app);
  mountApi(app, room);
  if (actions) mountActions(app, room, actions);
  if (signIn && actions && room.sessions) {
    mountSignIn(app, { room, signIn, sessions: room.sessions, people: actions.people });
    mountForms(app, room, room.sessions, actions);
  }
  mountLog(app, room);
  mountLogEndpoints(app, room);
  mountArtifacts(app, room);
  mountPages(app, room);
  mountDifference(app, room);
  mountRunPages(app, room);
  mountRunEvents(app, room);
  mountBadge(app, room);
  mountFloorApi(app, room);
  mountApiEdges(app, room);

  return { listener: listenerOf(app), routes: app.routes, close: () => room.streams.closeAll() };
}

/** What a worker without a server answers: its health and its metrics. */
export function createProbes(deps: Pick<WebDeps, 'publicUrl' | 'health' | 'metrics' | 'logger'>): Web {
  const app = new Hono<WebEnv>();
  app.use(securityHeaders(deps.publicUrl));
  app.onError((error, c) => {
    deps.logger.error({ error, method: c.req.method }, 'a request failed');
    return c.text('Internal error\n', 500);
  });
  mountHealth(app, deps);
  return { listener: listenerOf(app), routes: app.routes, close: () => undefined };
}

function listenerOf(app: Hono<WebEnv>): RequestListener {
  const listener = getRequestListener(app.fetch, {
    // Octokit and others in this process use the global Request and Response too.
    overrideGlobalObjects: false,
    // What is not even a request (a Host that is none, a broken target), or failed outside the routes.
    errorHandler: () =>
      new Response('Bad request\n', { status: 400, headers: { 'X-Content-Type-Options': 'nosniff' } }),
  });
  return (request, response) => {
    void listener(request, response);
  };
}
