import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { commandGroups } from '../../src/worker/script-groups.js';

const together = (...commands: string[]): (readonly [number, number])[] => [...commandGroups(commands)];

test.each([
  ['echo a', 'echo b'],
  ['echo "it\'s"', 'echo b'],
  ["echo 'say \"'", 'echo b'],
  ['echo a # and (so on', 'echo b'],
  ['echo $#', 'echo b'],
  ['echo ${x#(}', 'echo b'],
  ['echo case in esac', 'echo b'],
  ['x=$((1 << 2))', 'echo b'],
  ['echo "`date`"', 'echo b'],
  ['cat <<< word', 'echo b'],
  ['app &', 'echo b'],
  ['case a in a) echo;; esac', 'echo b'],
  ['echo \\\\', 'echo b'],
])('%s is whole', (...commands) => {
  expect(together(...commands)).toEqual([
    [0, 1],
    [1, 2],
  ]);
});

test.each([
  ['make &&', 'make install'],
  ['make ||', 'true'],
  ['echo |', 'cat'],
  ['echo $(', 'date)'],
  ['echo `', 'date`'],
  ['echo "a\\"', 'b"'],
  ['case $x in', 'a) echo;; esac'],
  ['if true; then case x in', 'x) echo;; esac; fi'],
  ['cat <<EOF', 'EOF'],
  ['cat <<"A B" && echo', 'A B'],
  ['echo a\\', 'b'],
])('%s goes on in %s', (...commands) => {
  expect(together(...commands)).toEqual([[0, 2]]);
});

test('property: every item is in one group, in order, however odd', () => {
  const item = fc.string({
    unit: fc.constantFrom('a', ' ', '"', "'", '\\', '|', '&', '(', ')', '`', '<', '\n', 'case', 'in', 'esac'),
  });
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 12 }), (commands) => {
      const groups = commandGroups(commands);
      expect(groups.flatMap(([first, end]) => commands.slice(first, end))).toEqual(commands);
    }),
  );
});

test('many items of one that never ends are one group, and quickly', () => {
  const commands = ['echo "', ...Array.from({ length: 200_000 }, () => 'x')];
  expect(commandGroups(commands)).toEqual([[0, commands.length]]);
});
