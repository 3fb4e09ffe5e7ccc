import { rerequestRun, rerequestSuite } from '../checks.js';
import type { CheckRun } from '../state/model.js';
import { actorOf } from '../state/state.js';
import { emitCheckRun } from '../webhooks/check.js';
import type { World } from '../world.js';
import { DEFAULT_USER } from './people.js';

/**
 * What people press on a check. Whether they may is for the App to ask: these go through for anybody.
 * `by` is a login.
 */
export interface Checks {
  /** "Re-run". @throws Error when it is not completed: the button is not there */
  rerequest(check: CheckRun, by?: string): void;
  /** "Re-run all checks" of its commit. @throws Error when it is not completed */
  rerequestAll(check: CheckRun, by?: string): Promise<void>;
  /** One of the App's own buttons. @throws Error when there is none such */
  press(check: CheckRun, identifier: string, by?: string): void;
}

export function createChecks(world: World): Checks {
  const user = (login: string) => actorOf(world.state, login);
  const mustBeCompleted = ({ state: { name, status } }: CheckRun): void => {
    if (status !== 'completed') throw new Error(`the check ${name} is ${status}: nobody can re-run it`);
  };
  return {
    rerequest: (check, by = DEFAULT_USER) => {
      mustBeCompleted(check);
      rerequestRun(world, check, user(by));
    },
    rerequestAll: async (check, by = DEFAULT_USER) => {
      mustBeCompleted(check);
      await rerequestSuite(world, check.suite, user(by));
    },
    press: (check, identifier, by = DEFAULT_USER) => {
      const { name, actions } = check.state;
      const action = actions.find((each) => each.identifier === identifier);
      if (action === undefined) throw new Error(`the check ${name} has no button ${identifier}`);
      emitCheckRun(world, 'requested_action', check, user(by), action);
    },
  };
}
