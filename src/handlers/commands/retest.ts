import { type Command, resultOf } from './command.js';

export const retest: Command = {
  name: 'retest',
  needs: 'write',
  usage: '',
  about: 'runs again what failed or was cancelled',
  run: async ({ ask, operations }) => resultOf(await operations.retest(ask)),
};
