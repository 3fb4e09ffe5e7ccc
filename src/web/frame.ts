import { isSignedFor } from './access.js';
import type { Room, WebContext } from './context.js';
import { takeFlash } from './flash.js';
import { type Addresses, createAddresses } from './links.js';
import { signInAddress } from './sign-in-address.js';
import { type Viewer, viewerOf } from './viewer.js';

/** What stands around every page. */
export interface Frame {
  readonly addresses: Addresses;
  readonly viewer: Viewer | undefined;
  /** Where one signs in and comes back to this page; undefined: nobody can, or somebody did. */
  readonly signIn: string | undefined;
  /** What came of what the viewer has just done: shown once. */
  readonly said?: string | undefined;
}

/** A signed link opens one run: the page's addresses carry that right on, and no other. */
export async function frameOf(room: Room, c: WebContext): Promise<Frame> {
  const viewer = await viewerOf(room, c);
  return {
    addresses: pageAddresses(room, c),
    viewer,
    signIn: viewer === undefined ? signInAddress(room, c) : undefined,
    said: takeFlash(room, c),
  };
}

function pageAddresses(room: Room, c: WebContext): Addresses {
  const run = Number(c.req.param('run'));
  const root = new URL(room.publicUrl).pathname;
  return isSignedFor(room, c, run)
    ? createAddresses(root, room.signingKey, run)
    : createAddresses(root, undefined);
}
