import type { Client } from './client.js';
import { messages } from './messages.js';

interface PullEvent {
  readonly Actor?: { readonly ID?: string };
  readonly time?: number;
  readonly timeNano?: number;
}

export interface PullWatch {
  /** ms since the epoch, by the engine's clock */
  readonly since: number;
  readonly pulled: (name: string, at: number) => void;
  readonly signal: AbortSignal;
}

/**
 * The engine remembers 256 events of all kinds for those who come late: while one who wants them is away, some may be lost.
 * https://github.com/moby/moby/blob/master/daemon/events/events.go (eventsLimit)
 */
export async function watchPulls(
  client: Client,
  { since, pulled, signal }: PullWatch,
): Promise<{ readonly lost: Promise<void> }> {
  const stream = await client.call(
    (docker) =>
      docker.getEvents({
        since: Math.floor(since / 1000),
        filters: { type: ['image'], event: ['pull'] },
        abortSignal: signal,
      }),
    signal,
  );
  const read = async (): Promise<void> => {
    for await (const { Actor, time = 0, timeNano } of messages<PullEvent>(
      stream as AsyncIterable<Buffer>,
      signal,
    )) {
      if (Actor?.ID !== undefined) pulled(Actor.ID, timeNano === undefined ? time * 1000 : timeNano / 1e6);
    }
  };
  return { lost: read().catch(() => undefined) };
}
