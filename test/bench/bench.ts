import { parseArgs } from 'node:util';
import { startRow } from './command-line.js';
import { archiveRows } from './log-archive.js';
import { logRows } from './log-search.js';
import { coldRows, fuzzRow, warmRows } from './pipeline-file.js';
import { isBroken, table } from './report.js';

const USAGE = `Usage: script/bench [--seeds N]

How long Cyclone takes to read, check and plan, and to search a long log, beside something known measured in the same run.

  --seeds N   files with mistakes to answer (default: 10000)
  --help      print this

A "!" marks what is over its goal. Exit status: 1 when a reference could not be measured or a file broke
the reader, never because of a time.
`;

/** @returns the exit status */
async function bench(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { seeds: { type: 'string', default: '10000' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const rows = [
    ...coldRows(),
    ...warmRows(),
    fuzzRow(Number(values.seeds)),
    startRow(10),
    ...(await archiveRows()),
    ...(await logRows()),
  ];
  process.stdout.write(`${table(rows)}\n`);
  const broken = rows.filter(isBroken);
  for (const { name } of broken) process.stderr.write(`${name}: its reference could not be measured\n`);
  return broken.length === 0 ? 0 : 1;
}

process.exitCode = await bench(process.argv.slice(2));
