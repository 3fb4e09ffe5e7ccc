import { finishedRun } from '../e2e/support/finished.js';
import { summaryOf } from './measure.js';
import type { Row } from './report.js';
import { withSystem } from './whole-system.js';

const TURNS = 5;
const STAGES = 5;
/** A file, a token for git, a create and an end for each check, and the one for all. */
const MOST = 2 * (STAGES + 1) + 4;
const PIPELINE = `pre_build: { image: &busybox cyclone-test/busybox:1, commands: [cat turn] }
build: { dockerfile_name: Dockerfile }
integration: { commands: [true] }
post_build: { image: *busybox, commands: [true] }
`;

/** What a run costs of GitHub's rate limit; git's own requests cost nothing of it. */
export async function requestRows(): Promise<readonly Row[]> {
  return await withSystem({}, async (world) => {
    const [ours, checks]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < TURNS; turn += 1) {
      const before = rest(world.github.requests()).length;
      const run = await finishedRun(world, {
        repository: 'acme/requests',
        tag: `v1.0.${turn}`,
        files: {
          'caicloud.yml': PIPELINE,
          Dockerfile: 'FROM cyclone-test/busybox:1\n',
          turn: String(turn),
        },
      });
      checks.push(Object.keys(run.conclusions).length);
      ours.push(rest(world.github.requests()).length - before);
    }
    return [
      {
        name: `requests to GitHub of a run of ${STAGES} stages`,
        ours: summaryOf(ours),
        reference: { name: 'its checks', sample: summaryOf(checks) },
        goal: { of: 'max', atMost: MOST },
        unit: 'requests',
      },
    ];
  });
}

function rest(requests: readonly { readonly path: string }[]): readonly unknown[] {
  return requests.filter(({ path }) => path.startsWith('/api/v3/'));
}
