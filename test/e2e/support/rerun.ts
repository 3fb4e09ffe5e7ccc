import type { CheckRun } from '../../fakes/github/state/model.js';
import { type Finished, finished } from './finished.js';
import type { World } from './world.js';

/** Presses *Re-run* of a check on GitHub, and waits for the end of all that this starts. */
export async function rerunCheck(
  world: World,
  repository: string,
  sha: string,
  name: string,
): Promise<Finished> {
  const check = checkOf(world, repository, sha, name);
  await reopenedBy(world, repository, sha, () => world.github.checks.rerequest(check));
  return await finished(world, repository, sha);
}

/** Does something that has stages of a commit run again, and waits until GitHub shows that. */
export async function reopenedBy<T>(
  world: World,
  repository: string,
  sha: string,
  act: () => T | Promise<T>,
): Promise<T> {
  const whole = checkOf(world, repository, sha, 'cyclone');
  const told = whole.history.length;
  const result = await act();
  // The check of the whole run opens before it ends again: until then all look as they did.
  await world.github.waitFor(
    () => whole.history.slice(told).find(({ state }) => state.status !== 'completed'),
    { what: `${repository}@${sha} run again` },
  );
  return result;
}

function checkOf(world: World, repository: string, sha: string, name: string): CheckRun {
  const found = world.github.checkRuns(repository, sha).find(({ state }) => state.name === name);
  if (found === undefined) throw new Error(`no check ${name} on ${repository}@${sha}`);
  return found;
}
