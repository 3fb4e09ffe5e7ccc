import { finishedRun } from '../e2e/support/finished.js';
import { summaryOf } from './measure.js';
import type { Row } from './report.js';
import { dockerRun, withSystem } from './whole-system.js';

const TURNS = 9;
const PIPELINE = `pre_build:
  image: cyclone-test/busybox:1
  commands: [cat src/main.c]
  inputs: [src]
`;

/** A stage whose inputs did not change, from its start to its end as people are told; beside what it would cost at least. */
export async function reuseRows(): Promise<readonly Row[]> {
  return await withSystem({}, async (world) => {
    const [ours, reference]: [number[], number[]] = [[], []];
    for (let turn = 0; turn <= TURNS; turn += 1) {
      const run = await finishedRun(world, {
        repository: 'acme/reuse',
        files: { 'caicloud.yml': PIPELINE, 'src/main.c': 'main\n', turn: String(turn) },
      });
      const { from, to, reused_from: source } = run.stage('pre_build');
      if ((source === null) !== (turn === 0)) throw new Error('the stage was reused where it could not be');
      if (turn === 0) continue;
      ours.push(to - from);
      reference.push(dockerRun());
    }
    return [
      {
        name: 'a reused stage',
        ours: summaryOf(ours),
        reference: { name: 'docker run --rm busybox true', sample: summaryOf(reference) },
        goal: { of: 'p50', atMost: 50 },
      },
    ];
  });
}
