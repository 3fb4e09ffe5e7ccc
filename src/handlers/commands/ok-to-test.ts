import { type Command, resultOf } from './command.js';

/** Seven digits, as commits are shown, to the whole of a SHA-256. */
const COMMIT = /^[0-9a-f]{7,64}$/i;

export const okToTest: Command = {
  name: 'ok-to-test',
  needs: 'write',
  usage: '[commit]',
  about: 'lets the commit of a fork run: the one named, else the newest that was there before the comment',
  async run({ ask, args, operations }) {
    const [commit, ...more] = args;
    if (more.length > 0 || (commit !== undefined && !COMMIT.test(commit))) {
      return {
        kind: 'refused',
        words: 'A commit is seven digits of its SHA or more: write ok-to-test 3f2c1ab.',
      };
    }
    return resultOf(await operations.allow(ask, commit?.toLowerCase()));
  },
};
