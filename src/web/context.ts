import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';

import type { WebDeps } from './ports.js';
import type { Rights } from './rights.js';
import type { Sessions } from './sessions.js';
import type { Streams } from './streams.js';

export type WebEnv = { Bindings: HttpBindings };
export type WebApp = Hono<WebEnv>;
export type WebContext = Context<WebEnv>;

/** What the routes share. */
export interface Room extends WebDeps {
  readonly streams: Streams;
  /** Undefined: nobody can sign in. */
  readonly sessions: Sessions | undefined;
  readonly rights: Rights;
}
