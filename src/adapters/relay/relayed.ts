import { z } from 'zod';
import type { Delivery } from '../../web/ports.js';

/** Longer ones are no delivery of GitHub's; the receiver for direct ones is as strict (web/webhook). */
const ENVELOPE = z.looseObject({
  'x-github-event': z.string().regex(/^[a-z_]{1,64}$/),
  'x-github-delivery': z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  'x-hub-signature-256': z.string().regex(/^sha256=[0-9a-f]{64}$/),
  'content-type': z.string().regex(/^application\/json\s*(;|$)/i),
  body: z.looseObject({}).optional(),
  bodyB: z.base64().optional(),
});

/**
 * A webhook as a relay passes it on: the headers' names in lower case, and the payload. smee.io parses the payload and
 * sends it as JSON within JSON. Serialised again it is GitHub's text, which is compact too, its names in the
 * same order: so smee's own client does it, and the signature tells whether it is true. gosmee sends the bytes
 * themselves as base64.
 * @returns undefined for what is no signed delivery of GitHub
 */
export function readRelayed(data: string): Delivery | undefined {
  const envelope = ENVELOPE.safeParse(parsed(data)).data;
  const payload =
    envelope?.bodyB === undefined
      ? envelope?.body && JSON.stringify(envelope.body)
      : Buffer.from(envelope.bodyB, 'base64').toString('utf8');
  return envelope === undefined || payload === undefined
    ? undefined
    : {
        id: envelope['x-github-delivery'],
        name: envelope['x-github-event'],
        signature: envelope['x-hub-signature-256'],
        payload,
      };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
