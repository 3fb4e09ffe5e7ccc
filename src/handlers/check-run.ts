import { z } from 'zod';
import type { Incoming } from '../runs/incoming.js';
import { ABOUT, actionOf, decode, delivered, SHA, senderOf } from './payload.js';

const CHECK_RUN = ABOUT.extend({
  check_run: z.object({
    head_sha: SHA,
    external_id: z.string().nullish(),
    app: z.object({ id: z.number().int() }).nullish(),
  }),
  requested_action: z.object({ identifier: z.string() }).nullish(),
});

/** Which App we are, and when it is: what a payload cannot tell. */
export interface Here {
  readonly appId: number;
  /** ms since the epoch */
  readonly now: () => number;
}

/**
 * "Re-run" on one check, and the buttons. GitHub shows them to people with the right to write only.
 *
 * @returns undefined when nothing is to be done, as of other Apps' checks
 * @throws InvalidPayload
 */
export function decodeCheckRun(delivery: string, payload: unknown, here: Here): Incoming | undefined {
  const action = actionOf(payload);
  if (action !== 'rerequested' && action !== 'requested_action') {
    return undefined;
  }
  const event = decode(CHECK_RUN, payload);
  const { head_sha: sha, external_id: externalId, app } = event.check_run;
  // All of ours have one.
  if (app?.id !== here.appId || externalId === undefined || externalId === null || externalId === '') {
    return undefined;
  }
  const about = { ...delivered(delivery, event), sha, externalId, by: senderOf(event) };
  if (action === 'rerequested') {
    return { kind: 'rerun_asked', ...about };
  }
  const identifier = event.requested_action?.identifier;
  return identifier === undefined
    ? undefined
    : { kind: 'button_pressed', ...about, identifier, at: here.now() };
}
