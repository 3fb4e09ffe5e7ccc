import type { Incoming, RepositoryChanged } from '../runs/incoming.js';
import { ABOUT, actionOf, decode, delivered } from './payload.js';

const CHANGES: readonly RepositoryChanged['change'][] = [
  'renamed',
  'transferred',
  'deleted',
  'edited',
  'privatized',
  'publicized',
];

/**
 * @returns undefined when nothing is to be done
 * @throws InvalidPayload
 */
export function decodeRepository(delivery: string, payload: unknown): Incoming | undefined {
  const action = actionOf(payload);
  const change = CHANGES.find((one) => one === action);
  return change === undefined
    ? undefined
    : { kind: 'repository_changed', ...delivered(delivery, decode(ABOUT, payload)), change };
}
