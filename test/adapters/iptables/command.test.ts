import { expect, test } from '@jest/globals';
import { iptables } from '../../../src/adapters/iptables/command.js';

test('a program that ends with 0 is done, also when it reads none of its input', async () => {
  await iptables('true', [], 'x'.repeat(1_000_000));
});

test('a program that fails is told with its exit code and its words', async () => {
  await expect(iptables('sh', ['-c', 'cat >&2; exit 3'], 'no chain by that name\n')).rejects.toMatchObject({
    name: 'IptablesFailed',
    exitCode: 3,
    message: 'no chain by that name',
  });
});

test('a program that is not there has no exit code', async () => {
  await expect(iptables('no-such-program-of-iptables', [])).rejects.toMatchObject({
    name: 'IptablesFailed',
    exitCode: undefined,
  });
});
