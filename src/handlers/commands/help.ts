import { type Command, usageOf } from './command.js';

/** Lists the others, and itself. */
export function helpOn(others: readonly Command[]): Command {
  const help: Command = {
    name: 'help',
    needs: 'read',
    usage: '',
    about: 'lists the commands',
    run: async () => ({ kind: 'answered', words: [INTRODUCTION, ...[...others, help].map(line)].join('\n') }),
  };
  return help;
}

const INTRODUCTION =
  'A command stands at the start of a line of a new comment. Each may be written with our name: /cyclone test.';

/** Begins with a word: no line of ours is a command. */
function line(command: Command): string {
  const who = command.needs === 'write' ? ' · needs write access' : '';
  return `Write ${usageOf(command)}: ${command.about}${who}`;
}
