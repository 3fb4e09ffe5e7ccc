import type { Command } from './command.js';

export const approve: Command = {
  name: 'approve',
  needs: 'write',
  usage: '<stage>',
  about: 'lets a stage that waits for a person go on (not yet)',
  run: async () => ({
    kind: 'refused',
    words: 'Not yet: no stage waits for an approval. To let a fork run, write ok-to-test.',
  }),
};
