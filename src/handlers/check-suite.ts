import { z } from 'zod';
import type { Incoming } from '../runs/incoming.js';
import { ABOUT, actionOf, decode, delivered, SHA, senderOf } from './payload.js';

const CHECK_SUITE = ABOUT.extend({
  check_suite: z.object({ head_sha: SHA, app: z.object({ id: z.number().int() }).nullish() }),
});

/**
 * "Re-run all checks".
 *
 * @param appId ours: other Apps' suites are theirs
 * @returns undefined when nothing is to be done
 * @throws InvalidPayload
 */
export function decodeCheckSuite(delivery: string, payload: unknown, appId: number): Incoming | undefined {
  if (actionOf(payload) !== 'rerequested') {
    return undefined;
  }
  const event = decode(CHECK_SUITE, payload);
  const { head_sha: sha, app } = event.check_suite;
  return app?.id === appId
    ? { kind: 'rerun_asked', ...delivered(delivery, event), sha, by: senderOf(event) }
    : undefined;
}
