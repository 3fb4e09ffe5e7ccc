import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/handlers/commands/all.js';
import { usageOf } from '../../src/handlers/commands/command.js';

test('every command stands in the reference, with who may', () => {
  const rows = [...readFileSync('docs/commands.md', 'utf8').matchAll(/^\| `(\/.*?)` \| (write|read) \|/gm)];
  const written = rows.map(([, usage = '', needs]) => [usage.replaceAll('\\|', '|'), needs]);
  expect(written).toEqual(COMMANDS.map((command) => [usageOf(command), command.needs]));
});
