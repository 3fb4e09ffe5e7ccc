import { parseArgs } from 'node:util';
import { TRIAL_EVENTS, type TrialEvent, type TrialOptions } from './trial.js';

const DEFAULT_FILE = 'caicloud.yml';
const FORMATS = ['text', 'json', 'github'] as const;

export const USAGE = `Usage: cyclone lint [FILE] [options]

Checks a pipeline file (${DEFAULT_FILE} when none is given, standard input for "-") and says which stages run. Needs no server.

  --format FORMAT   text for people (default), json for programs, github for annotations of a workflow
  --plan            the jobs that would run, what waits for what, and why the rest would not (text and json)
  --event EVENT     ${TRIAL_EVENTS.join(', ')}; tag when absent, which leaves out the least
  --branch NAME     the branch that is pushed, or that a pull request goes to (default: main)
  --tag NAME        the tag that is pushed (default: v1.0.0)
  --changed PATH    a file that the event changed; give it once for each. Without it, conditions on paths hold
  --help, -h        print this

Without --event, --tag means a tag, and --branch or --changed a push.

Examples:
  cyclone lint --plan --branch release/2.0
  cyclone lint --plan --event pull_request --changed docs/index.md
  cyclone lint ci/caicloud.yml --format json | jq '.issues[].code'

Exit status: 0 no errors (warnings do not count), 1 errors, 2 wrong use or an unreadable file.
`;

export interface LintOptions {
  readonly file: string;
  readonly format: (typeof FORMATS)[number];
  /** Undefined: a tag, and for people a push too. */
  readonly trial: TrialOptions | undefined;
  readonly plan: boolean;
  readonly help: boolean;
}

export function readOptions(args: readonly string[]): LintOptions | { readonly wrong: string } {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : String(error) };
  }
  const { values, positionals } = parsed;
  const format = FORMATS.find((name) => name === (values.format ?? 'text'));
  if (positionals.length > 1) return { wrong: `one file at a time, not ${positionals.length}` };
  if (format === undefined) return { wrong: `--format is ${FORMATS.join(', ')}` };
  const trial = readTrial(values);
  if (typeof trial === 'string') return { wrong: trial };
  return {
    file: positionals[0] ?? DEFAULT_FILE,
    format,
    trial,
    plan: values.plan ?? false,
    help: values.help ?? false,
  };
}

type Values = ReturnType<typeof parse>['values'];

/** A string says what is wrong. */
function readTrial({ event, branch, tag, changed }: Values): TrialOptions | string | undefined {
  if (branch !== undefined && tag !== undefined) return '--branch or --tag, not both';
  const meant = meantEvent(branch, tag, changed);
  if (event === undefined && meant === undefined) return undefined;
  const found = TRIAL_EVENTS.find((name) => name === (event ?? meant));
  if (found === undefined) return `--event is ${TRIAL_EVENTS.join(', ')}`;
  if (found === 'tag' && branch !== undefined) return '--branch is not for the event tag';
  if (found !== 'tag' && tag !== undefined) return `--tag is for the event tag, not for ${found}`;
  return { event: found, branch, tag, changes: changed };
}

/** A tag changes nothing by itself: who names a change means a push. */
function meantEvent(
  branch: string | undefined,
  tag: string | undefined,
  changed: readonly string[] | undefined,
): TrialEvent | undefined {
  if (tag !== undefined) return 'tag';
  return branch === undefined && changed === undefined ? undefined : 'push';
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      format: { type: 'string' },
      event: { type: 'string' },
      branch: { type: 'string' },
      tag: { type: 'string' },
      changed: { type: 'string', multiple: true },
      plan: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
}
