import { randomUUID } from 'node:crypto';
import type { Changes } from '../changes.js';
import type { Ids } from '../state/state.js';
import { createDeliveryFaults, type DeliveryFaults } from './delivery-faults.js';
import { NOT_SENT, type PostAnswer, post, sign } from './post.js';

/** One try to tell the App of an event. A redelivery is another delivery with the same guid. */
export interface Delivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
  readonly redelivery: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly url: string;
  readonly request: { readonly headers: Readonly<Record<string, string>>; readonly body: string };
  /** `undefined` until the receiver has answered, or failed to. */
  readonly response: PostAnswer | undefined;
  /** Seconds; 0 until then. */
  readonly duration: number;
}

export interface WebhookEvent {
  readonly event: string;
  readonly payload: object;
  readonly installationId: number | null;
  readonly repositoryId: number | null;
}

export interface Deliveries {
  readonly faults: DeliveryFaults;
  /** Oldest first; with a name only those of that event. */
  all(event?: string): readonly Delivery[];
  find(id: number): Delivery | undefined;
  /** Where to; events before the first call are not sent, nor kept. */
  to(url: string): void;
  send(event: WebhookEvent): void;
  /** @throws Error when there is no delivery of that id */
  redeliver(id: number): Delivery;
  /** Holds deliveries back from now on. */
  pause(): void;
  /** Sends what was held back, one after the other: as it came, or as `arrange` says (reordered, doubled, dropped). */
  resume(arrange?: (held: readonly Delivery[]) => readonly Delivery[]): void;
  /** Resolves when nothing is under way; gives up what is. */
  close(): Promise<void>;
}

interface Options {
  readonly secret: string;
  readonly appId: number;
  readonly hookId: number;
  readonly ids: Ids;
  readonly changes: Changes;
  readonly now: () => number;
}

const PATIENCE_MS = 30_000;

export function createDeliveries(options: Options): Deliveries {
  const known = new Map<number, Delivery>();
  const underWay = new Set<Promise<void>>();
  const closing = new AbortController();
  const faults = createDeliveryFaults();
  let target: string | undefined;
  let held: Delivery[] | undefined;

  const record = (delivery: Delivery): void => {
    known.set(delivery.id, delivery);
    options.changes.announce();
  };
  const track = (sending: Promise<void>): void => {
    const tracked = sending.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
  };
  const overtaken = ({ id }: Delivery, by: number): Promise<unknown> => {
    const answered = (): Delivery[] =>
      [...known.values()].filter((each) => each.id > id && each.response !== undefined);
    const what = `${by} deliveries after ${id}`;
    return options.changes.until(() => answered().length >= by, { what, timeoutMs: PATIENCE_MS });
  };
  const send = async (delivery: Delivery): Promise<PostAnswer> => {
    const { headers, body } = delivery.request;
    const once = (): Promise<PostAnswer> => post(delivery.url, headers, body, closing.signal);
    const fault = faults.take(delivery)?.fault;
    switch (fault?.kind) {
      case undefined:
        return once();
      case 'lost':
        return NOT_SENT;
      case 'overtaken':
        // Closed meanwhile, or nothing came: it is sent all the same, or given up.
        await overtaken(delivery, fault.by).catch(() => undefined);
        return once();
      case 'repeated':
        return (await Promise.all(Array.from({ length: fault.copies }, once))).at(-1) ?? NOT_SENT;
    }
  };
  const attempt = async (delivery: Delivery): Promise<void> => {
    const started = performance.now();
    const response = await send(delivery);
    // The same delivery may be sent twice by `resume`; the last answer is kept.
    record({ ...delivery, response, duration: (performance.now() - started) / 1000 });
  };
  const inTurn = async (all: readonly Delivery[]): Promise<void> => {
    for (const delivery of all) await attempt(delivery);
  };
  const submit = (delivery: Delivery): void => {
    record(delivery);
    if (held === undefined) track(attempt(delivery));
    else held.push(delivery);
  };

  return {
    faults,
    all: (event) => [...known.values()].filter((delivery) => event === undefined || delivery.event === event),
    find: (id) => known.get(id),
    to: (url) => {
      target = url;
    },
    send: ({ event, payload, installationId, repositoryId }) => {
      if (target === undefined) return;
      const guid = randomUUID();
      const body = JSON.stringify(payload);
      submit({
        id: options.ids.next(),
        guid,
        event,
        action: 'action' in payload && typeof payload.action === 'string' ? payload.action : null,
        installationId,
        repositoryId,
        redelivery: false,
        createdAt: options.now(),
        url: target,
        request: { headers: headersOf(options, event, guid, body), body },
        response: undefined,
        duration: 0,
      });
    },
    redeliver: (id) => {
      const original = known.get(id);
      if (original === undefined) throw new Error(`no such delivery: ${id}`);
      const again = {
        ...original,
        id: options.ids.next(),
        url: target ?? original.url,
        redelivery: true,
        createdAt: options.now(),
        response: undefined,
        duration: 0,
      };
      submit(again);
      return again;
    },
    pause: () => {
      held ??= [];
    },
    resume: (arrange = (all) => all) => {
      const waiting = held ?? [];
      held = undefined;
      track(inTurn(arrange(waiting)));
    },
    close: async () => {
      closing.abort();
      await Promise.all(underWay);
    },
  };
}

// https://docs.github.com/en/webhooks/webhook-events-and-payloads#delivery-headers
function headersOf(options: Options, event: string, guid: string, body: string): Record<string, string> {
  return {
    Accept: '*/*',
    'Content-Type': 'application/json',
    'Content-Length': String(Buffer.byteLength(body)),
    'User-Agent': 'GitHub-Hookshot/3c3f1a2',
    'X-GitHub-Delivery': guid,
    'X-GitHub-Event': event,
    'X-GitHub-Hook-ID': String(options.hookId),
    'X-GitHub-Hook-Installation-Target-ID': String(options.appId),
    'X-GitHub-Hook-Installation-Target-Type': 'integration',
    'X-Hub-Signature': sign('sha1', options.secret, body),
    'X-Hub-Signature-256': sign('sha256', options.secret, body),
  };
}
