import { parseArgs } from 'node:util';
import { startRow } from './command-line.js';
import { archiveRows } from './log-archive.js';
import { logPageRows } from './log-page.js';
import { logRows } from './log-search.js';
import { coldRows, fuzzRow, warmRows } from './pipeline-file.js';
import { isBroken, type Row, table } from './report.js';

const USAGE = `Usage: script/bench [--seeds N] [GROUP…]

How long Cyclone takes for what people wait for, beside something known measured in the same run.

GROUP: all of them when none is named
  file       reading, checking and planning a caicloud.yml; the command line from its start
  archive    keeping a log, reading from the middle of one
  search     searching a log of 1,000,000 lines
  page       the page of a log in a browser (Chromium): opened, searched, and while it grows

  --seeds N  files with mistakes to answer (default: 10000)
  --help     print this

A "!" marks what is over its goal. Exit status: 1 when a reference could not be measured or a file broke
the reader, 2 when it was called wrongly, never because of a time.
`;

const GROUPS: Readonly<Record<string, (seeds: number) => Promise<readonly Row[]> | readonly Row[]>> = {
  file: (seeds) => [...coldRows(), ...warmRows(), fuzzRow(seeds), startRow(10)],
  archive: archiveRows,
  search: logRows,
  page: logPageRows,
};

/** @returns the exit status */
async function bench(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { seeds: { type: 'string', default: '10000' }, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
  });
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const unknown = positionals.find((name) => !(name in GROUPS));
  if (unknown !== undefined) {
    process.stderr.write(`script/bench: there is no group "${unknown}"\n\n${USAGE}`);
    return 2;
  }
  const rows: Row[] = [];
  for (const [name, measure] of Object.entries(GROUPS)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    process.stderr.write(`measuring: ${name}\n`);
    rows.push(...(await measure(Number(values.seeds))));
  }
  process.stdout.write(`${table(rows)}\n`);
  const broken = rows.filter(isBroken);
  for (const { name } of broken) process.stderr.write(`${name}: its reference could not be measured\n`);
  return broken.length === 0 ? 0 : 1;
}

process.exitCode = await bench(process.argv.slice(2));
