import { finishedRun } from '../e2e/support/finished.js';
import type { World } from '../e2e/support/world.js';
import { summaryOf } from './measure.js';
import type { Row } from './report.js';
import { dockerRun, withSystem } from './whole-system.js';

const TURNS = 7;
const STAGES = 10;
const REFERENCE = 'docker run --rm busybox true';

/**
 * What a stage costs beside what it does: stages of one job, one after the other, each in a container of its own.
 * From the end of the first, which waits for the checkout too, to the end of the last, by their number.
 */
export async function stageRows(): Promise<readonly Row[]> {
  return await withSystem({}, async (world) => {
    const [none, busy, reference]: [number[], number[], number[]] = [[], [], []];
    for (let turn = 0; turn <= TURNS; turn += 1) {
      const [bare, working] = [await perStage(world, 'true', 0), await perStage(world, 'sleep 0.5', 500)];
      const run = dockerRun();
      if (turn === 0) continue;
      none.push(bare);
      busy.push(working);
      reference.push(run);
    }
    const beside = { name: REFERENCE, sample: summaryOf(reference) };
    const goal = { of: 'ratio', atMost: 0.03 } as const;
    return [
      { name: `a stage of ${STAGES} that only say true`, ours: summaryOf(none), reference: beside, goal },
      {
        name: `a stage of ${STAGES} that take half a second`,
        ours: summaryOf(busy),
        reference: beside,
        goal,
      },
    ];
  });
}

/** @returns milliseconds a stage, without the `own` of its script */
async function perStage(world: World, script: string, own: number): Promise<number> {
  const names = Array.from({ length: STAGES }, (_, index) => `s${index}`);
  const parts = names.map((name) => `  ${name}: { image: cyclone-test/busybox:1, commands: [${script}] }\n`);
  const run = await finishedRun(world, {
    repository: 'acme/stages',
    files: { 'caicloud.yml': `pre_build:\n${parts.join('')}`, turn: String(performance.now()) },
  });
  await world.leftovers();
  const ended = (name: string | undefined): number => run.stage(`pre_build:${name ?? ''}`).to;
  return (ended(names.at(-1)) - ended(names[0])) / (STAGES - 1) - own;
}
