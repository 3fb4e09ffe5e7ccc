import type { ApiRunWithStages, ApiStage } from '../../../src/web/api-run.js';
import type { CheckRun, CheckRunState } from '../../fakes/github/state/model.js';
import { gitPush, type Push } from './push.js';
import { conclusions, type World } from './world.js';

/** A run that is over, as a user sees it: on GitHub, in the API, in its logs. Its functions stand alone. */
export interface Finished {
  readonly conclusions: Readonly<Record<string, string | null>>;
  /** What a check says. */
  readonly check: (name: string) => CheckRunState;
  /** What a check has said, one after the other. */
  readonly history: (name: string) => readonly CheckRunState[];
  /** What the API says of a stage, its times in milliseconds. */
  readonly stage: (name: string) => ApiStage & { readonly from: number; readonly to: number };
  /** The whole log of a stage. */
  readonly log: (stage: string) => Promise<string>;
}

/** Pushes, and waits for the end of all that this starts. */
export async function finishedRun(world: World, push: Push): Promise<Finished> {
  return await finished(world, push.repository, await gitPush(world.github, push));
}

export async function finished(world: World, repository: string, sha: string): Promise<Finished> {
  const checks = await world.concluded(repository, sha);
  const checkRun = (name: string): CheckRun => {
    const found = checks.get(name);
    if (found === undefined) throw new Error(`no check ${name} among ${[...checks.keys()].join(', ')}`);
    return found;
  };
  const check = (name: string): CheckRunState => checkRun(name).state;
  const { url } = world.server();
  const run = new URL(check('cyclone').detailsUrl ?? '').pathname;
  const { stages } = (await (await fetch(`${url}/api${run}`)).json()) as ApiRunWithStages;
  return {
    conclusions: conclusions(checks),
    check,
    history: (name) => checkRun(name).history.map(({ state }) => state),
    stage(name) {
      const found = stages.find((stage) => stage.name === name);
      if (found === undefined) throw new Error(`no stage ${name} in the API`);
      const { started_at: from, completed_at: to } = found;
      return { ...found, from: Date.parse(from ?? ''), to: Date.parse(to ?? '') };
    },
    log: async (stage) => (await fetch(`${url}${run}/stages/${encodeURIComponent(stage)}/log`)).text(),
  };
}
