import { approve } from './approve.js';
import { cancel } from './cancel.js';
import type { Command } from './command.js';
import { deploy } from './deploy.js';
import { helpOn } from './help.js';
import { okToTest } from './ok-to-test.js';
import { retest } from './retest.js';
import { status } from './status.js';
import { test } from './test.js';
import { why } from './why.js';

const WORKING: readonly Command[] = [test, retest, cancel, okToTest, approve, deploy, status, why];

/** Every command, in the order in which help lists them. */
export const COMMANDS: readonly Command[] = [...WORKING, helpOn(WORKING)];

export const COMMAND_NAMES: readonly string[] = COMMANDS.map(({ name }) => name);
