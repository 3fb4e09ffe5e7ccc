import type { Logger } from '../../runs/ports.js';
import type { Clock, WebhookReceiver } from '../../web/ports.js';
import { readEvents } from './event-stream.js';
import { readRelayed } from './relayed.js';

/** smee.io says something every 30 s; whoever is silent for three times as long is gone. */
const SILENCE_MS = 90_000;

/** Between two tries; doubles from the first to the last. */
const RETRY_FIRST_MS = 1_000;
const RETRY_LAST_MS = 30_000;

/** GitHub's clock and ours may differ by so much when it is asked for what was lost. */
const CLOCKS_MS = 60_000;

/** When the channel was heard last (ms since the epoch), over restarts. */
export interface Heard {
  last(): Promise<number | undefined>;
  at(time: number): Promise<void>;
}

export interface RelayOptions {
  /** A channel, as `https://smee.io/…`. */
  readonly url: string;
  readonly receiver: WebhookReceiver;
  readonly heard: Heard;
  /**
   * What GitHub sent since then may never have come to us. GitHub does not know: a relay answers it at once,
   * whether anybody listens or not.
   */
  readonly missedSince: (time: number) => void;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the channel, ms. */
  readonly silence?: number;
}

/** Webhooks for a machine that GitHub cannot reach: it holds a connection to a channel, and they come through it. */
export interface Relay {
  start(): void;
  /** Rejects with why, and since when, while the channel is cut. */
  check(): Promise<void>;
  /** Resolves when no event is in hand any more. */
  stop(): Promise<void>;
}

export function webhookRelay(options: RelayOptions): Relay {
  const { url, receiver, heard, clock, logger, silence = SILENCE_MS } = options;
  // The address is a secret: who knows it listens too.
  const { origin } = new URL(url);
  const stopping = new AbortController();
  let life: Promise<void> = Promise.resolve();
  let cut: { readonly why: string; readonly since: number } | undefined = {
    why: 'not connected yet',
    since: clock.now(),
  };
  let failures = 0;

  async function live(): Promise<void> {
    while (!stopping.signal.aborted) {
      const why = await listen().then(() => 'it ended', wordsOf);
      if (stopping.signal.aborted) {
        return;
      }
      cut ??= { why, since: clock.now() };
      cut = { ...cut, why };
      const again = Math.min(RETRY_LAST_MS, RETRY_FIRST_MS * 2 ** Math.min(failures, 10));
      failures += 1;
      logger.warn({ relay: origin, error: why, again }, 'the webhook relay is cut');
      await clock.sleep(again, stopping.signal);
    }
  }

  /** Until the connection ends. */
  async function listen(): Promise<void> {
    const quiet = new AbortController();
    const watchdog = setTimeout(() => quiet.abort(new Error('it is silent')), silence);
    const alive = (): void => void watchdog.refresh();
    try {
      const answer = await fetch(url, {
        headers: { accept: 'text/event-stream' },
        signal: AbortSignal.any([stopping.signal, quiet.signal]),
      });
      const type = answer.headers.get('content-type') ?? 'nothing';
      if (!answer.ok || answer.body === null || !type.startsWith('text/event-stream')) {
        await answer.body?.cancel();
        throw new Error(`it answered ${String(answer.status)} with ${type}`);
      }
      await opened();
      for await (const { name, data } of readEvents(followed(answer.body, alive))) {
        if (name === 'message') {
          await take(data);
        }
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** A relay is heard by any byte: some only send comments while nothing happens. */
  async function* followed(
    chunks: AsyncIterable<Uint8Array>,
    alive: () => void,
  ): AsyncGenerator<Uint8Array, void> {
    for await (const chunk of chunks) {
      alive();
      const at = clock.now();
      yield chunk;
      // Asked for more: what came with this one is taken.
      await remember(at);
    }
  }

  async function opened(): Promise<void> {
    const last = await heard.last();
    cut = undefined;
    failures = 0;
    logger.info({ relay: origin }, 'the webhook relay is connected');
    if (last === undefined) {
      await remember(clock.now());
    } else {
      options.missedSince(last - CLOCKS_MS);
    }
  }

  async function take(data: string): Promise<void> {
    const delivery = readRelayed(data);
    if (delivery === undefined) {
      logger.warn({ relay: origin }, 'the relay passed on what is no delivery of GitHub');
      return;
    }
    const { id, name } = delivery;
    const result = await receiver.receive(delivery).catch((error: unknown) => {
      logger.error({ error: wordsOf(error), delivery: id, event: name }, 'a webhook was not received');
      return 'unavailable' as const;
    });
    if (result === 'unavailable') {
      // GitHub was told that all is well.
      options.missedSince(clock.now() - CLOCKS_MS);
    } else if (result !== 'accepted') {
      logger.warn({ relay: origin, delivery: id, event: name, result }, 'a relayed webhook was refused');
    }
  }

  /** Not known afterwards: more is asked for again than need be. */
  async function remember(time: number): Promise<void> {
    await heard.at(time).catch((error: unknown) => {
      logger.warn({ error: wordsOf(error) }, 'not kept when the webhook relay was heard');
    });
  }

  return {
    start() {
      logger.warn(
        { relay: origin },
        'webhooks come through a relay: whoever runs it, or knows the address of the channel, can read them',
      );
      life = live();
    },
    check: () =>
      cut === undefined
        ? Promise.resolve()
        : Promise.reject(new Error(`cut since ${new Date(cut.since).toISOString()}: ${cut.why}`)),
    async stop() {
      stopping.abort();
      await life;
    },
  };
}

/** fetch says "fetch failed" and has the cause below. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) {
    return String(error);
  }
  return error.cause instanceof Error ? `${error.message}: ${wordsOf(error.cause)}` : error.message;
}
