import type { Room, WebContext } from './context.js';
import type { Addresses } from './links.js';
import { type Viewer, viewerOf } from './viewer.js';

/** What stands around every page. */
export interface Frame {
  readonly addresses: Addresses;
  readonly viewer: Viewer | undefined;
  /** Where one signs in and comes back to this page; undefined: nobody can. */
  readonly signIn: string | undefined;
}

export async function frameOf(room: Room, c: WebContext, addresses: Addresses): Promise<Frame> {
  return { addresses, viewer: await viewerOf(room, c), signIn: undefined };
}
