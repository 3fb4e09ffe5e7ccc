import type { Repository } from '../pipeline/model.js';
import type { Room, WebContext } from './context.js';
import { RightsUnknown } from './rights.js';

/** Who looks at a page. */
export interface Viewer {
  readonly login: string;
  /** Stands in every form that changes something, as the field `csrf`. */
  readonly csrf: string;
}

/** Undefined: nobody signed in. */
export async function viewerOf(room: Room, c: WebContext): Promise<Viewer | undefined> {
  const session = await room.sessions?.of(c);
  return session && { login: session.login, csrf: session.csrf };
}

/**
 * Whether who looks may start, cancel, re-run and approve runs of the repository, for a page to show the buttons.
 * While GitHub cannot be asked nobody may.
 */
export async function mayAct(room: Room, c: WebContext, repository: Repository): Promise<boolean> {
  const session = await room.sessions?.of(c);
  if (!session) return false;
  try {
    return (await room.rights.standing(session, repository)) === 'write';
  } catch (error) {
    if (error instanceof RightsUnknown) return false;
    throw error;
  }
}
