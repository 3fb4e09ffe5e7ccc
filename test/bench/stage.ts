import { setTimeout as sleep } from 'node:timers/promises';
import { finishedRun } from '../e2e/support/finished.js';
import type { World } from '../e2e/support/world.js';
import { summaryOf } from './measure.js';
import type { Row } from './report.js';
import { dockerRun, withSystem } from './whole-system.js';

const TURNS = 7;
const STAGES = 10;
/** They show the pool what comes often. */
const WARM = 2;
const REFERENCE = 'docker run --rm busybox true';

/** Until what the run before left is removed, and the next is armed. */
const POOL_REST_MS = 2500;

/**
 * What a stage costs beside what it does: stages of one job, one after the other, each in a container of its own.
 * From the end of the first, which waits for the checkout too, to the end of the last, by their number.
 */
export async function stageRows(): Promise<readonly Row[]> {
  const none = await withSystem({}, (world) =>
    measured(world, ['true', 'sleep 0.5'], () => world.leftovers()),
  );
  // What waits for the next run is not left over.
  const armed = await withSystem({ CYCLONE_POOL: '2' }, (world) =>
    measured(world, ['true'], () => sleep(POOL_REST_MS)),
  );
  const goal = { of: 'ratio', atMost: 0.03 } as const;
  const row = (name: string, ours: readonly number[], reference: readonly number[]): Row => ({
    name,
    ours: summaryOf(ours),
    reference: { name: REFERENCE, sample: summaryOf(reference) },
    goal,
  });
  return [
    row(`a stage of ${STAGES} that only say true`, none.of('true'), none.reference),
    row('the same, armed before (CYCLONE_POOL)', armed.of('true'), armed.reference),
    row(`a stage of ${STAGES} that take half a second`, none.of('sleep 0.5'), none.reference),
  ];
}

/** How long each takes by itself, ms. */
const OWN: Readonly<Record<string, number>> = { true: 0, 'sleep 0.5': 500 };

async function measured(
  world: World,
  scripts: readonly string[],
  rest: () => Promise<unknown>,
): Promise<{ readonly of: (script: string) => readonly number[]; readonly reference: readonly number[] }> {
  const ours = new Map<string, number[]>(scripts.map((script) => [script, []]));
  const reference: number[] = [];
  for (let turn = -WARM; turn < TURNS; turn += 1) {
    for (const script of scripts) {
      const took = await perStage(world, script, OWN[script] ?? 0);
      await rest();
      if (turn >= 0) ours.get(script)?.push(took);
    }
    const run = dockerRun();
    if (turn >= 0) reference.push(run);
  }
  return { of: (script) => ours.get(script) ?? [], reference };
}

/** @returns milliseconds a stage, without the `own` of its script */
async function perStage(world: World, script: string, own: number): Promise<number> {
  const names = Array.from({ length: STAGES }, (_, index) => `s${index}`);
  const parts = names.map((name) => `  ${name}: { image: cyclone-test/busybox:1, commands: [${script}] }\n`);
  const run = await finishedRun(world, {
    repository: 'acme/stages',
    files: { 'caicloud.yml': `pre_build:\n${parts.join('')}`, turn: String(performance.now()) },
  });
  const ended = (name: string | undefined): number => run.stage(`pre_build:${name ?? ''}`).to;
  return (ended(names.at(-1)) - ended(names[0])) / (STAGES - 1) - own;
}
