import { EngineUnavailable } from '../../worker/ports.js';
import type { Client } from './client.js';
import { answerOf } from './errors.js';
import type { ContainerEvent, ContainerEvents } from './events.js';

export type Health = 'healthy' | 'unhealthy' | 'exited';

/**
 * How the health of a container is decided, by the engine's events and not by asking again and again.
 * Rejects with the signal's reason, or with EngineUnavailable.
 */
export async function health(
  { client, events }: { readonly client: Client; readonly events: ContainerEvents },
  id: string,
  signal: AbortSignal,
): Promise<Health> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = withResolvers<Health>();
  const aborted = (): void => reject(signal.reason);
  signal.addEventListener('abort', aborted, { once: true });
  let asked = false;
  let last: Health | undefined;
  const stop = events.follow(id, (event) => {
    if (event instanceof EngineUnavailable) return reject(event);
    last = meaning(event) ?? last;
    if (asked && last) resolve(last);
  });
  // After subscribing, not before: what changes in between is in one of the two. The present state comes first,
  // for events may be a second old.
  const decide = async (): Promise<void> => {
    await stop;
    const present = (await now(client, id)) ?? last;
    asked = true;
    if (present) resolve(present);
  };
  decide().catch(reject);
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', aborted);
    stop.then((unfollow) => unfollow()).catch(() => {});
  }
}

function meaning({ action }: ContainerEvent): Health | undefined {
  if (action === 'health_status: healthy') return 'healthy';
  if (action === 'health_status: unhealthy') return 'unhealthy';
  return action === 'die' || action === 'destroy' ? 'exited' : undefined;
}

async function now(client: Client, id: string): Promise<Health | undefined> {
  try {
    const { State } = await client.call((docker) => docker.getContainer(id).inspect());
    if (State.Status === 'exited' || State.Status === 'dead' || State.Status === 'removing') return 'exited';
    const status = State.Health?.Status;
    return status === 'healthy' || status === 'unhealthy' ? status : undefined;
  } catch (error) {
    if (answerOf(error)?.status === 404) return 'exited';
    throw error;
  }
}

// Promise.withResolvers came with Node 22.
function withResolvers<T>(): {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: unknown) => void;
} {
  let resolve!: (value: T) => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
