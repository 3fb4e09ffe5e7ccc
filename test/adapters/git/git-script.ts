import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporary } from './origin.js';

/** A git that is the real one, but for what a script does before. */
export interface GitScript {
  /** To be run in place of git. */
  readonly program: string;
  /** The verbs that it was called with, in order. */
  readonly verbs: () => readonly string[];
}

/** @param before shell; it has the arguments of git, and `$verb` and `$mirror` */
export function gitScript(before = ''): GitScript {
  const directory = temporary('git');
  const program = path.join(directory, 'git');
  const log = path.join(directory, 'log');
  writeFileSync(log, '');
  writeFileSync(
    program,
    `#!/bin/sh
mirror= verb=$1
[ "$1" = -C ] && mirror=$2 verb=$3
echo "$verb" >> ${log}
${before}
exec git "$@"
`,
    { mode: 0o755 },
  );
  return { program, verbs: () => readFileSync(log, 'utf8').split('\n').filter(Boolean) };
}
