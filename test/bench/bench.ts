import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { goalChart } from './chart.js';
import { withFigures } from './document.js';
import { GROUPS, type Measure } from './groups.js';
import { thisCommit, thisMachine } from './machine.js';
import { isBroken, table } from './report.js';
import { type Group, merged, type Result, readResult } from './result.js';

const DOCUMENT = 'docs/performance.md';
const CHARTS = 'docs/performance';

const USAGE = `Usage: script/bench [--json FILE] [--write] [--from FILE] [GROUP…]
       script/bench pipeline --trace FILE

How long Cyclone takes for what people wait for, beside something known measured in the same run, in turns.

GROUP: all of them when none is named
${GROUPS.map(({ name, about }) => `  ${name.padEnd(12)} ${about}`).join('\n')}

  --from FILE  begin with what an earlier --json wrote: groups measured now take the place of theirs
  --json FILE  write all figures, with the machine, the date and the commit: after each group
  --write      put all figures into ${DOCUMENT}, and draw the charts beside it
  --trace FILE measure nothing: write what one turn of the group asks of the engine and of GitHub, and its processes,
               as a table in Markdown, milliseconds since the webhook
  --none       measure nothing: with --from and --write, the document is written anew
  --help       print this

A "!" marks what is over its goal. Exit status: 1 when something could not be measured, 2 when it was called
wrongly, never because of a time.
`;

/** @returns the exit status */
async function bench(args: readonly string[]): Promise<number> {
  const { values, positionals } = options(args);
  if (values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const unknown = positionals.find((name) => GROUPS.every((group) => group.name !== name));
  if (unknown !== undefined) return wrong(`there is no group "${unknown}"`);
  if (values.trace !== undefined) return await traceInto(values.trace, positionals);
  const before: Result = values.from === undefined ? { groups: [] } : readResult(values.from);
  const wanted = GROUPS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const save = (groups: readonly Group[]): void => {
    if (values.json !== undefined) writeJson(values.json, merged(before, { groups }));
  };
  const { groups, failed } = await measureAll(values.none === true ? [] : wanted, save);
  save(groups);
  const result = merged(before, { groups });
  if (values.write === true) writeDocument(result);
  const rows = groups.flatMap((group) => group.rows);
  if (rows.length > 0) process.stdout.write(`${table(rows)}\n`);
  const broken = rows.filter(isBroken);
  for (const { name } of broken) process.stderr.write(`${name}: its reference could not be measured\n`);
  return broken.length === 0 && !failed ? 0 : 1;
}

function options(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    options: {
      from: { type: 'string' },
      json: { type: 'string' },
      trace: { type: 'string' },
      write: { type: 'boolean' },
      none: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    allowPositionals: true,
  });
}

/** @returns the exit status */
async function traceInto(file: string, names: readonly string[]): Promise<number> {
  const [only, ...more] = GROUPS.filter(({ name }) => names.includes(name));
  if (only?.trace === undefined || more.length > 0) return wrong('--trace takes one group: pipeline');
  writeFileSync(file, await only.trace());
  return 0;
}

/** One that fails leaves the others their turn. @param measured told of all so far, after each */
async function measureAll(
  wanted: readonly Measure[],
  measured: (groups: readonly Group[]) => void,
): Promise<{ readonly groups: readonly Group[]; readonly failed: boolean }> {
  const groups: Group[] = [];
  const machine = thisMachine();
  const commit = thisCommit();
  let failed = false;
  for (const [index, { name, measure }] of wanted.entries()) {
    const from = Date.now();
    process.stderr.write(`${index + 1}/${wanted.length} ${name} …\n`);
    try {
      const rows = await measure();
      groups.push({ name, at: new Date().toISOString(), ...(commit && { commit }), machine, rows });
      measured(groups);
      process.stderr.write(
        `${index + 1}/${wanted.length} ${name}: ${Math.round((Date.now() - from) / 1000)} s\n`,
      );
    } catch (error) {
      failed = true;
      process.stderr.write(
        `${name} could not be measured: ${error instanceof Error ? error.stack : String(error)}\n`,
      );
    }
  }
  return { groups, failed };
}

/** Whole or not at all: whoever cuts a long run short keeps the groups that were done. */
function writeJson(file: string, result: Result): void {
  const beside = `${file}.${String(process.pid)}`;
  writeFileSync(beside, `${JSON.stringify(result, undefined, 1)}\n`);
  renameSync(beside, file);
}

function writeDocument(result: Result): void {
  writeFileSync(DOCUMENT, withFigures(readFileSync(DOCUMENT, 'utf8'), result));
  mkdirSync(CHARTS, { recursive: true });
  const rows = result.groups.flatMap((group) => group.rows);
  writeFileSync(`${CHARTS}/goals.svg`, goalChart('Figures beside their goals', rows));
}

function wrong(message: string): number {
  process.stderr.write(`script/bench: ${message}\n\n${USAGE}`);
  return 2;
}

try {
  process.exitCode = await bench(process.argv.slice(2));
} catch (error) {
  process.exitCode = wrong(error instanceof Error ? error.message : String(error));
}
