import { EngineUnavailable, LABELS } from '../../worker/ports.js';
import type { Client } from './client.js';
import { messages } from './messages.js';

/** `action`: `health_status: healthy`, `die`, `destroy`. */
export interface ContainerEvent {
  readonly action: string;
}

interface Message {
  readonly Action?: string;
  readonly status?: string;
  readonly Actor?: { readonly ID?: string };
}

type Listener = (event: ContainerEvent | EngineUnavailable) => void;

/** Events of this installation's containers: one stream of the engine for all who listen, open while anyone does. */
export interface ContainerEvents {
  /** Resolves when no later event can be missed; call what it resolves to stop. */
  follow(id: string, listener: Listener): Promise<() => void>;
}

export function containerEvents(client: Client, install: string): ContainerEvents {
  const listeners = new Map<Listener, string>();
  let stream: Promise<NodeJS.ReadableStream> | undefined;

  const read = async (opened: NodeJS.ReadableStream): Promise<void> => {
    for await (const message of messages<Message>(opened as AsyncIterable<Buffer>)) {
      const action = message.Action ?? message.status;
      if (action === undefined) continue;
      for (const [listener, id] of listeners) if (id === message.Actor?.ID) listener({ action });
    }
  };

  const open = (): Promise<NodeJS.ReadableStream> =>
    client.call((docker) =>
      docker.getEvents({
        // The head of the answer is sent a moment before the engine subscribes: the last second again closes the gap.
        since: Math.floor(Date.now() / 1000) - 1,
        filters: {
          type: ['container'],
          label: [`${LABELS.install}=${install}`],
          event: ['health_status', 'die', 'destroy'],
        },
      }),
    );

  /** Reads to the end; an end that we did not ask for is told to everyone. */
  const watch = async (opening: Promise<NodeJS.ReadableStream>): Promise<void> => {
    let cause: unknown;
    try {
      await read(await opening);
    } catch (error) {
      cause = error;
    }
    if (stream !== opening) return;
    stream = undefined;
    const lost = new EngineUnavailable('The engine ended its events', { cause });
    for (const listener of listeners.keys()) listener(lost);
  };

  const close = async (): Promise<void> => {
    const closing = stream;
    stream = undefined;
    const opened = await closing;
    if (opened && 'destroy' in opened && typeof opened.destroy === 'function') opened.destroy();
  };

  return {
    async follow(id, listener) {
      listeners.set(listener, id);
      if (stream === undefined) {
        stream = open();
        void watch(stream);
      }
      try {
        await stream;
      } catch (error) {
        listeners.delete(listener);
        throw error;
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) void close();
      };
    },
  };
}
