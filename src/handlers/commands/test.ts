import { type Command, resultOf } from './command.js';
import { namesAll, stageArgs } from './stage-args.js';

export const test: Command = {
  name: 'test',
  needs: 'write',
  usage: '[stage … | all]',
  about: 'runs these stages and what depends on them, or all of them',
  run: async ({ ask, args, operations }) =>
    resultOf(await operations.test(ask, namesAll(args) ? [] : stageArgs(args))),
};
