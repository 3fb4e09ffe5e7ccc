import { parseArgs } from 'node:util';
import { toLintJson } from '../pipeline/config/lint-json.js';
import { type Config, parseConfig } from '../pipeline/config/parse.js';
import type { TriggerEvent } from '../pipeline/model.js';
import { stageRuns } from '../pipeline/trigger.js';
import { issueCommand } from './lint-github.js';
import { issueText } from './lint-text.js';
import { planFor, planText } from './plan-text.js';

export interface LintIo {
  /** Rejects with a Node error (`code`) when the file cannot be read. */
  read(path: string): Promise<string>;
  out(text: string): void;
  err(text: string): void;
  readonly colour: boolean;
}

const DEFAULT_FILE = 'caicloud.yml';
const FORMATS = ['text', 'json', 'github'] as const;
const EVENTS = ['push', 'tag', 'pull_request'] as const satisfies readonly TriggerEvent[];

const USAGE = `Usage: cyclone lint [FILE] [--format text|json|github] [--event push|tag|pull_request] [--plan]

Checks a pipeline file (${DEFAULT_FILE} when none is given) and says which stages run.

  --format   text for people (default), json for programs, github for annotations of a workflow
  --event    show the stages of this event only (default: tag, which runs them all)
  --plan     print the jobs that would run, and why the rest would not (text only)
  --help     print this

Exit status: 0 no errors (warnings do not count), 1 errors, 2 wrong use or an unreadable file.
`;

interface Options {
  readonly file: string;
  readonly format: (typeof FORMATS)[number];
  readonly event: (typeof EVENTS)[number] | undefined;
  readonly plan: boolean;
  readonly help: boolean;
}

/** @returns the exit status: 0, 1 when there are errors, 2 for wrong use or an unreadable file */
export async function lint(args: string[], io: LintIo): Promise<number> {
  const options = readOptions(args);
  if ('wrong' in options) {
    io.err(`cyclone lint: ${options.wrong}\n\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    io.out(USAGE);
    return 0;
  }
  let text: string;
  try {
    text = await io.read(options.file);
  } catch (error) {
    io.err(`cyclone lint: cannot read ${options.file}: ${reason(error)}\n`);
    return 2;
  }
  const config = parseConfig(text);
  if (options.format === 'json') {
    const definitions = runsOn(config, options.event ?? 'tag');
    io.out(`${JSON.stringify(toLintJson({ ...config, definitions }), null, 2)}\n`);
  } else if (options.format === 'github') {
    for (const issue of config.issues) io.out(`${issueCommand(options.file, issue)}\n`);
  } else {
    for (const issue of config.issues) {
      io.out(`${issueText({ path: options.file, text }, issue, io.colour)}\n`);
    }
    io.out(`${summary(config, options.event)}\n`);
    if (options.plan) {
      const event = options.event ?? 'tag';
      io.out(`\n${planText(planFor(config, event), event, io.colour)}\n`);
    }
  }
  return config.issues.some((issue) => issue.severity === 'error') ? 1 : 0;
}

function readOptions(args: string[]): Options | { readonly wrong: string } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  const format = FORMATS.find((name) => name === (values.format ?? 'text'));
  const event = EVENTS.find((name) => name === values.event);
  if (positionals.length > 1) return { wrong: `one file at a time, not ${positionals.length}` };
  if (format === undefined) return { wrong: `--format is ${FORMATS.join(', ')}` };
  if (values.event !== undefined && event === undefined) return { wrong: `--event is ${EVENTS.join(', ')}` };
  return {
    file: positionals[0] ?? DEFAULT_FILE,
    format,
    event,
    plan: values.plan ?? false,
    help: values.help ?? false,
  };
}

function parse(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      format: { type: 'string' },
      event: { type: 'string' },
      plan: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'there is no such file';
    case 'EISDIR':
      return 'it is a directory';
    case 'EACCES':
      return 'permission denied';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function runsOn({ definitions }: Config, event: TriggerEvent): Config['definitions'] {
  return definitions.filter(({ name }) => stageRuns(name, { event }).runs);
}

/** `1 warning, 0 errors · 5 stages on a tag, 3 on a push` */
function summary(config: Config, event: (typeof EVENTS)[number] | undefined): string {
  const errors = config.issues.filter((issue) => issue.severity === 'error').length;
  const warnings = config.issues.length - errors;
  const found = `${count(warnings, 'warning')}, ${count(errors, 'error')}`;
  if (errors > 0) return `${found} · nothing runs until the errors are mended`;
  const stages = (on: TriggerEvent): number => runsOn(config, on).length;
  if (event !== undefined)
    return `${found} · ${count(stages(event), 'stage')} on a ${event.replace('_', ' ')}`;
  return `${found} · ${count(stages('tag'), 'stage')} on a tag, ${stages('push')} on a push`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
