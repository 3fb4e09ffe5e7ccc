import { expect, test } from '@jest/globals';
import { COMMAND_NAMES } from '../../../src/handlers/commands/all.js';
import { joinTests } from '../../../src/handlers/commands/join-tests.js';
import { parseCommands } from '../../../src/handlers/commands/parse.js';

test.each([
  ['/test a', ['test a']],
  ['/test a\n/test b c', ['test a b c']],
  ['/status\n/test a\n/why a\n/test b', ['status ', 'test a b', 'why a']],
  ['/test a\n/test', ['test ']],
  ['/test a\n/test ALL', ['test ']],
  ['/why a\n/why b', ['why a', 'why b']],
  ['/test a\n/tset\n/test b', ['test a b', 'tset']],
])('%j is one wish', (comment, wishes) => {
  const joined = joinTests(parseCommands(comment, COMMAND_NAMES));
  expect(
    joined.map((one) => (one.kind === 'command' ? `${one.name} ${one.args.join(' ')}` : one.word)),
  ).toEqual(wishes);
});
