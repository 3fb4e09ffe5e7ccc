import type { WebDeps } from './ports.js';
import type { Rights } from './rights.js';
import type { Sessions } from './sessions.js';
import type { Streams } from './streams.js';

export type { WebApp, WebContext, WebEnv } from './env.js';

/** What the routes share. */
export interface Room extends WebDeps {
  readonly streams: Streams;
  /** Undefined: nobody can sign in. */
  readonly sessions: Sessions | undefined;
  readonly rights: Rights;
}
