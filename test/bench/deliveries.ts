import { ownProcess } from './own-process.js';
import type { Pushes, Receiver } from './push-delivery.js';

/** What webhooks are sent by. All of them are the same but for the commit, the branch and the id. */
export interface Sending extends Pushes, Receiver {
  readonly count: number;
  /** A second; undefined: as fast as they are answered. */
  readonly rate?: number;
  readonly connections: number;
}

export interface Sent {
  /** Of each: from when it was due, or written, until the whole answer was there; ms. */
  readonly times: readonly number[];
  readonly refused: number;
}

/** In a process of its own: who is busy with something else would see the answers late. */
export async function send(sending: Sending): Promise<Sent> {
  const process = ownProcess<Sent>('./deliveries-process.js', sending);
  try {
    return await process.said;
  } finally {
    process.end();
  }
}
