import { setTimeout as after } from 'node:timers/promises';
import { CheckoutFailed } from '../../worker/ports.js';

/** A fetch that the other side, or the way there, let fail. git's exit code is 128 whatever it was. */
export class FetchFailed extends CheckoutFailed {}

/** Before the second, third and fourth try: most hiccups of a server are over in ten seconds. */
const WAITS_MS: readonly number[] = [1000, 3000, 6000];

export type Sleep = (ms: number, signal: AbortSignal) => Promise<void>;

export const realSleep: Sleep = async (ms, signal) => {
  await after(ms, undefined, { signal });
};

export interface Patience {
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
  /** Says that and why there is another try. */
  readonly log: (line: string) => void;
}

/** Tries a fetch up to four times. @throws FetchFailed of the last try; the signal's reason when aborted */
export async function withTries<T>(work: () => Promise<T>, { sleep, signal, log }: Patience): Promise<T> {
  const most = WAITS_MS.length + 1;
  for (const [index, wait] of WAITS_MS.entries()) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof FetchFailed)) throw error;
      log(`${error.message}\ntrying again in ${wait / 1000} s (${index + 2} of ${most})`);
    }
    await sleep(wait, signal).catch((error: unknown) => {
      signal.throwIfAborted();
      throw error;
    });
    signal.throwIfAborted();
  }
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof FetchFailed)) throw error;
    throw new FetchFailed(`${error.message} (tried ${most} times)`, { cause: error });
  }
}
