import type { Clock } from './ports.js';

/** Proxies give up a silent connection after 30 to 60 s. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT = ': still here\n\n';

export interface ServerEvent {
  readonly event: string;
  /** No line ends in it. */
  readonly id: string;
  /** Any text; its lines become lines of `data`. */
  readonly data: string;
}

export function eventHeaders(isPrivate: boolean): Record<string, string> {
  return {
    'Content-Type': 'text/event-stream; charset=utf-8',
    // no-transform: an intermediary that compresses holds events back.
    'Cache-Control': `${isPrivate ? 'private, no-store' : 'no-cache'}, no-transform`,
    'X-Accel-Buffering': 'no',
  };
}

/** https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export function encodeEvent({ event, id, data }: ServerEvent): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`);
  return `event: ${event}\nid: ${id}\n${lines.join('')}\n`;
}

/** Encoded events, and a comment whenever nothing came for a while. */
export async function* eventStream(
  events: AsyncIterable<ServerEvent>,
  clock: Clock,
): AsyncGenerator<Buffer, void> {
  // Sent at once: the client knows that it is connected, and how soon to come back.
  yield Buffer.from('retry: 1000\n\n');
  const iterator = events[Symbol.asyncIterator]();
  try {
    let next = iterator.next();
    for (;;) {
      const wake = new AbortController();
      const silence = clock.sleep(HEARTBEAT_MS, wake.signal).then(() => 'silence' as const);
      const result = await Promise.race([next, silence]);
      wake.abort();
      if (result === 'silence') {
        yield Buffer.from(HEARTBEAT);
      } else {
        if (result.done) return;
        yield Buffer.from(encodeEvent(result.value));
        next = iterator.next();
      }
    }
  } finally {
    await iterator.return?.();
  }
}
