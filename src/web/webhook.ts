import { isJson, readBody } from './body.js';
import type { Room, WebApp, WebContext } from './context.js';
import type { Delivery, WebhookReceiver } from './ports.js';

/** GitHub's own: https://docs.github.com/en/webhooks/webhook-events-and-payloads#payload-cap */
const LARGEST = 25 * 1024 * 1024;

const ANSWERS = {
  accepted: [202, 'Accepted'],
  bad_signature: [401, 'X-Hub-Signature-256 is not of this body and our secret'],
  bad_payload: [400, 'The body is not a JSON payload of GitHub'],
  unavailable: [503, 'The delivery could not be kept: deliver it again'],
} as const;

type Head = Omit<Delivery, 'payload'>;

/** Payloads are never logged: they hold what private repositories' people wrote. */
export function mountWebhook(app: WebApp, { webhook, logger, clock }: Room): void {
  if (!webhook) return;
  app.use(webhook.path, async (c, next) => {
    const from = clock.now();
    await next();
    webhook.answered?.(c.res.status, Math.max(0, clock.now() - from));
  });
  app.post(webhook.path, async (c) => {
    if (!isJson(c.req.header('content-type'))) {
      return c.json({ message: 'Set the content type of the webhook to application/json' }, 415);
    }
    const head = readHead(c);
    if ('refusal' in head) return c.json({ message: head.refusal }, head.status);
    const body = await readBody(c.req.raw, LARGEST);
    if (!body) return c.json({ message: 'The payload is larger than 25 MB' }, 413);
    const result = await receive(webhook.receiver, { ...head, payload: body.toString('utf8') }, logger);
    const [status, message] = ANSWERS[result];
    return c.json({ message }, status);
  });
  app.all(webhook.path, (c) => c.json({ message: 'Webhooks are posted here' }, 405, { Allow: 'POST' }));
}

function readHead(c: WebContext): Head | { readonly refusal: string; readonly status: 400 | 401 } {
  const name = c.req.header('x-github-event') ?? '';
  const id = c.req.header('x-github-delivery') ?? '';
  const signature = c.req.header('x-hub-signature-256') ?? '';
  if (!/^[a-z_]{1,64}$/.test(name)) return { refusal: 'X-GitHub-Event is missing or no event', status: 400 };
  // It becomes an id in the queue and a field in logs.
  if (!/^[A-Za-z0-9-]{1,64}$/.test(id)) {
    return { refusal: 'X-GitHub-Delivery is missing or no delivery id', status: 400 };
  }
  // SHA-1 (X-Hub-Signature) alone is not enough.
  if (!/^sha256=[0-9a-f]{64}$/.test(signature)) {
    return { refusal: 'X-Hub-Signature-256 is missing or no signature', status: 401 };
  }
  return { name, id, signature };
}

async function receive(
  receiver: WebhookReceiver,
  delivery: Delivery,
  logger: Room['logger'],
): Promise<keyof typeof ANSWERS> {
  try {
    return await receiver.receive(delivery);
  } catch (error) {
    logger.error({ error, delivery: delivery.id, event: delivery.name }, 'a webhook was not received');
    return 'unavailable';
  }
}
