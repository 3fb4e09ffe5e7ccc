import { type Problem, sendApiProblem } from './api-problem.js';
import { clientAddress } from './client-address.js';
import type { Room, WebContext } from './context.js';
import { bearerOf, byToken } from './person.js';
import { createQuota } from './quota.js';

/** Lists count all that matches. */
const EACH_MINUTE = 600;
const ALL_A_MINUTE = 6_000;

export const TOO_MANY: Problem = { status: 429, message: 'Too many requests: try again later' };

/** Undefined: who asks, by token or else by address, may ask for a list now. */
export type LimitLists = (c: WebContext) => Response | undefined;

export function createListLimit(room: Pick<Room, 'clock' | 'publicUrl' | 'trustedProxies'>): LimitLists {
  const quota = createQuota(() => room.clock.now(), EACH_MINUTE, ALL_A_MINUTE);
  return (c) => {
    const bearer = bearerOf(c);
    const isToken = bearer.kind === 'personal';
    const who = isToken ? byToken(bearer.token).key : clientAddress(room, c);
    return tooMany(room, c, quota.take(who));
  };
}

/** @param seconds to wait; 0: undefined is given back */
export function tooMany(room: Pick<Room, 'publicUrl'>, c: WebContext, seconds: number): Response | undefined {
  if (seconds === 0) return undefined;
  c.header('Retry-After', String(seconds));
  return sendApiProblem(room, c, TOO_MANY);
}
