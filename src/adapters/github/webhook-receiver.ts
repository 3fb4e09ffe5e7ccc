import type { Probot } from 'probot';
import { z } from 'zod';
import type { Logger } from '../../runs/ports.js';
import type { WebhookReceiver } from '../../web/ports.js';

/** What Probot itself reads, of every event, before any handler does: of another form, it breaks there. */
const ENVELOPE = z.looseObject({
  action: z.string().optional(),
  installation: z.looseObject({ id: z.int().positive() }).nullish(),
});

type Received = Parameters<Probot['receive']>[0];

export interface ReceiverOptions {
  readonly logger: Logger;
}

export interface SignedWebhooks extends WebhookReceiver {
  /** What a payload was signed with that a handler is given; undefined: it is not the object that came. */
  signatureOf(payload: object): string | undefined;
}

/** Takes a webhook to the handlers of a Probot app, and says whether it was kept. */
export function webhookReceiver(probot: Probot, { logger }: ReceiverOptions): SignedWebhooks {
  // Probot hands on the payload itself, and of what came with it only the id and the name.
  const signatures = new WeakMap<object, string>();
  return {
    signatureOf: (payload) => signatures.get(payload),
    async receive({ id, name, signature, payload }) {
      await probot.ready();
      if (!(await probot.webhooks.verify(payload, signature).catch(() => false))) {
        return 'bad_signature';
      }
      const body = parsed(payload);
      if (body === undefined) {
        return 'bad_payload';
      }
      try {
        signatures.set(body, signature);
        // The name was GitHub's to choose: Probot calls no handler for one that it does not know.
        await probot.receive({ id, name, payload: body } as unknown as Received);
        return 'accepted';
      } catch (error) {
        if (isInvalid(error)) {
          logger.warn({ delivery: id, event: name }, "webhook is signed and not of GitHub's form");
          return 'bad_payload';
        }
        const detail = error instanceof Error ? error.message : String(error);
        logger.error({ delivery: id, event: name, error: detail }, 'webhook not kept');
        return 'unavailable';
      }
    },
  };
}

/** Probot gathers what its handlers throw. */
function isInvalid(error: unknown): boolean {
  const errors = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  return errors.some((one) => one instanceof Error && one.name === 'InvalidPayload');
}

function parsed(payload: string): object | undefined {
  try {
    return ENVELOPE.safeParse(JSON.parse(payload)).data;
  } catch {
    return undefined;
  }
}
