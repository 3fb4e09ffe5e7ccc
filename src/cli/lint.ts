import { toLintJson } from '../pipeline/config/lint-json.js';
import { type Config, parseConfig } from '../pipeline/config/parse.js';
import { count } from '../pipeline/measures.js';
import { issueCommand } from './lint-github.js';
import { type LintOptions, readOptions, USAGE } from './lint-options.js';
import { issueText } from './lint-text.js';
import { planJson } from './plan-json.js';
import { planText } from './plan-text.js';
import { definitionsFor, planFor, type Trial, trialOf, trialWords } from './trial.js';

export interface LintIo {
  /** Rejects with a Node error (`code`) when the file cannot be read. */
  read(path: string): Promise<string>;
  out(text: string): void;
  err(text: string): void;
  readonly colour: boolean;
}

/** @returns the exit status: 0, 1 when there are errors, 2 for wrong use or an unreadable file */
export async function lint(args: readonly string[], io: LintIo): Promise<number> {
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
  print(config, text, options, io);
  return hasErrors(config) ? 1 : 0;
}

function print(config: Config, text: string, options: LintOptions, io: LintIo): void {
  const { file, format, plan, trial } = options;
  const trying = trialOf(trial ?? { event: 'tag' });
  switch (format) {
    case 'json': {
      const linted = toLintJson({ ...config, definitions: definitionsFor(config, trying) });
      const graph = plan ? { graph: planJson(planFor(config, trying), trying) } : {};
      io.out(`${JSON.stringify({ ...linted, ...graph }, null, 2)}\n`);
      return;
    }
    case 'github':
      for (const issue of config.issues) io.out(`${issueCommand(file, issue)}\n`);
      return;
    case 'text':
      for (const issue of config.issues) io.out(`${issueText({ path: file, text }, issue, io.colour)}\n`);
      io.out(`${summary(config, trial === undefined ? undefined : trying)}\n`);
      if (plan) io.out(`\n${planText(planFor(config, trying), trying, io.colour)}\n`);
  }
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

function hasErrors({ issues }: Config): boolean {
  return issues.some(({ severity }) => severity === 'error');
}

/** `1 warning, 0 errors · 5 stages on a tag, 3 on a push` */
function summary(config: Config, trial: Trial | undefined): string {
  const errors = config.issues.filter((issue) => issue.severity === 'error').length;
  const warnings = config.issues.length - errors;
  const found = `${count(warnings, 'warning')}, ${count(errors, 'error')}`;
  if (errors > 0) return `${found} · nothing runs until the errors are mended`;
  if (trial === undefined) {
    const [onTag, onPush] = (['tag', 'push'] as const).map((event) => running(config, trialOf({ event })));
    return `${found} · ${count(onTag ?? 0, 'stage')} on a tag, ${onPush} on a push`;
  }
  const { skip } = planFor(config, trial);
  if (skip !== undefined) return `${found} · nothing runs: ${skip.message}`;
  return `${found} · ${count(running(config, trial), 'stage')} on ${trialWords(trial)}`;
}

/** The cells of a matrix are counted: each is a check. */
function running(config: Config, trial: Trial): number {
  return planFor(config, trial).stages.filter(({ skip }) => skip === undefined).length;
}
