import type { Command } from './command.js';

export const deploy: Command = {
  name: 'deploy',
  needs: 'write',
  usage: '<environment>',
  about: 'brings the commit to an environment (not yet)',
  run: async () => ({ kind: 'refused', words: 'Not yet: deploys are not carried out.' }),
};
