import type { Account, CheckAction, CheckRun, CheckSuite } from '../state/model.js';
import { checkRunView, checkSuiteView, simpleSuiteView } from '../views/check.js';
import type { World } from '../world.js';
import { emit } from './emit.js';

export async function emitCheckSuite(
  world: World,
  action: 'requested' | 'rerequested' | 'completed',
  suite: CheckSuite,
  sender: Account,
): Promise<void> {
  const fields = { action, check_suite: await checkSuiteView(world, suite) };
  emit(world, 'check_suite', { repository: suite.repository, sender }, fields);
}

export function emitCheckRun(
  world: World,
  action: 'created' | 'completed' | 'rerequested' | 'requested_action',
  run: CheckRun,
  sender: Account,
  requested?: Pick<CheckAction, 'identifier'>,
): void {
  const fields = {
    action,
    check_run: { ...checkRunView(world, run), check_suite: simpleSuiteView(world, run.suite) },
    ...(requested === undefined ? {} : { requested_action: { identifier: requested.identifier } }),
  };
  emit(world, 'check_run', { repository: run.repository, sender }, fields);
}
