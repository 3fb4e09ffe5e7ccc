import type { HttpBindings } from '@hono/node-server';

import type { Clock, Logger } from './ports.js';

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
  /** The body of this answer is cut when a look, taken every so many milliseconds, is false or fails. */
  watch(outgoing: Outgoing, everyMs: number, look: () => Promise<boolean>): void;
  /** Cuts all connections whose body is not complete: clients resume elsewhere. */
  closeAll(): void;
}

type Outgoing = HttpBindings['outgoing'];

interface Watch {
  readonly everyMs: number;
  readonly look: () => Promise<boolean>;
}

export function createStreams(logger: Logger, clock: Clock): Streams {
  const open = new Set<() => void>();
  const watched = new WeakMap<Outgoing, Watch>();

  const watchOver = async ({ everyMs, look }: Watch, signal: AbortSignal, cut: () => void): Promise<void> => {
    for (;;) {
      await clock.sleep(everyMs, signal);
      if (signal.aborted) return;
      const isOpen = await look().catch(() => false);
      if (!isOpen) return cut();
    }
  };

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
            const watch = watched.get(outgoing);
            if (watch) void watchOver(watch, abort.signal, cut);
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
    watch: (outgoing, everyMs, look) => {
      const before = watched.get(outgoing);
      watched.set(outgoing, {
        everyMs: Math.min(everyMs, before?.everyMs ?? everyMs),
        look: async () => (!before || (await before.look())) && look(),
      });
    },
    closeAll: () => {
      for (const cut of open) cut();
    },
  };
}
