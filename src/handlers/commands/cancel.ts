import { type Command, resultOf } from './command.js';

export const cancel: Command = {
  name: 'cancel',
  needs: 'write',
  usage: '',
  about: 'ends the runs of this pull request',
  run: async ({ ask, operations }) => resultOf(await operations.cancelPull(ask)),
};
