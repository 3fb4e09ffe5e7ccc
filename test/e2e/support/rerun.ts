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
  const whole = checkOf(world, repository, sha, 'cyclone');
  const told = whole.history.length;
  world.github.checks.rerequest(check);
  // The check of the whole run opens before it ends again: until then all look as they did.
  await world.github.waitFor(
    () => whole.history.slice(told).find(({ state }) => state.status !== 'completed'),
    { what: `${name} of ${repository} run again` },
  );
  return await finished(world, repository, sha);
}

function checkOf(world: World, repository: string, sha: string, name: string): CheckRun {
  const found = world.github.checkRuns(repository, sha).find(({ state }) => state.name === name);
  if (found === undefined) throw new Error(`no check ${name} on ${repository}@${sha}`);
  return found;
}
