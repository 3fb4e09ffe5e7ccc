import type { Pushes } from '../pushes.js';
import { enqueue, type Leaving, leave, type MergeGroup } from '../queue.js';
import type { PullRequest } from '../state/model.js';
import { actorOf } from '../state/state.js';
import type { World } from '../world.js';
import { DEFAULT_USER } from './people.js';

/** The merge queue of a branch. `by` is a login. */
export interface Queue {
  /** "Merge when ready". @throws Error for a conflict */
  enqueue(pull: PullRequest, by?: string): Promise<MergeGroup>;
  /** Its checks are good and it is merged, or it is thrown out. */
  leave(group: MergeGroup, reason: Leaving, by?: string): Promise<void>;
}

export function createQueue(world: World, pushes: Pushes): Queue {
  const user = (login: string) => actorOf(world.state, login);
  return {
    enqueue: (pull, by = DEFAULT_USER) => enqueue(world, pushes, pull, user(by)),
    leave: (group, reason, by = DEFAULT_USER) => leave(world, pushes, group, reason, user(by)),
  };
}
