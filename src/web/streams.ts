import type { HttpBindings } from '@hono/node-server';

import type { Logger } from './ports.js';

/** Bodies that are made while they are sent. */
export interface Streams {
  /**
   * A body that pulls from `begin` as fast as the client reads. The signal aborts when the client
   * leaves or the server closes; an error cuts the connection, so that nobody takes a part for the whole.
   */
  body(
    outgoing: Outgoing,
    begin: (signal: AbortSignal) => AsyncIterable<Uint8Array>,
  ): ReadableStream<Uint8Array>;
  /** Cuts all connections whose body is not complete: clients resume elsewhere. */
  closeAll(): void;
}

type Outgoing = HttpBindings['outgoing'];

export function createStreams(logger: Logger): Streams {
  const open = new Set<() => void>();
  return {
    body: (outgoing, begin) => {
      const abort = new AbortController();
      const chunks = begin(abort.signal)[Symbol.asyncIterator]();
      const leave = (): void => {
        open.delete(cut);
        abort.abort();
      };
      const cut = (): void => {
        leave();
        outgoing.destroy();
      };
      return new ReadableStream<Uint8Array>(
        {
          start: () => {
            open.add(cut);
          },
          pull: async (controller) => {
            try {
              const { done, value } = await chunks.next();
              if (abort.signal.aborted) return;
              if (!done) return controller.enqueue(value);
              leave();
              controller.close();
            } catch (error) {
              logger.error({ error }, 'a response broke off');
              cut();
            }
          },
          cancel: async () => {
            leave();
            await chunks.return?.();
          },
        },
        { highWaterMark: 0 },
      );
    },
    closeAll: () => {
      for (const cut of open) cut();
    },
  };
}
