import { spawnSync } from 'node:child_process';
import { summaryOf, timed } from './measure.js';
import type { Row } from './report.js';

const PROGRAM = 'dist/cli/cyclone.js';
const FILE = 'test/fixtures/oracle/004.yml';

/** The program as a shell starts it, against a Node that does nothing. */
export function startRow(times: number): Row {
  const ours: number[] = [];
  const reference: number[] = [];
  // In turns: a machine that gets busy gets busy for both.
  for (let turn = 0; turn < times; turn += 1) {
    ours.push(timed(() => run([PROGRAM, 'lint', '--format', 'json', FILE])));
    reference.push(timed(() => run(['-e', '0'])));
  }
  return {
    name: 'cyclone lint, from its start',
    ours: summaryOf(ours),
    reference: { name: 'node -e 0', sample: summaryOf(reference) },
    goal: { of: 'max', atMost: 400 },
  };
}

/** @throws Error when it does not end with 0: then it was not what was meant to be measured */
function run(args: readonly string[]): void {
  const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${String(status)}: ${stderr}`);
}
