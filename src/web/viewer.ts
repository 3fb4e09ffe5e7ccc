import type { Repository } from '../pipeline/model.js';
import type { Room, WebContext } from './context.js';

/** Who looks at a page. */
export interface Viewer {
  readonly login: string;
  /** Stands in every form that changes something, as the field `csrf`. */
  readonly csrf: string;
}

/** Undefined: nobody signed in. */
export async function viewerOf(_room: Room, _c: WebContext): Promise<Viewer | undefined> {
  return undefined;
}

/** Whether who looks may start, cancel, re-run and approve runs of the repository. */
export async function mayAct(_room: Room, _c: WebContext, _repository: Repository): Promise<boolean> {
  return false;
}
