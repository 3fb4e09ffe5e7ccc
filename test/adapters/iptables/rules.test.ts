import { describe, expect, test } from '@jest/globals';
import { chains, resolversOf } from '../../../src/adapters/iptables/rules.js';

/** Which rule of a chain decides on a packet to an address, when it is no answer: a small iptables. */
function verdict(rules: string, chain: string, packet: { to: string; out?: string; dns?: boolean }): string {
  const number = (address: string): number =>
    address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  for (const rule of rules.split('\n').filter((line) => line.startsWith(`-A ${chain} `))) {
    const option = (name: string): string | undefined => new RegExp(` ${name} (\\S+)`).exec(rule)?.[1];
    const [network = '0.0.0.0', prefix = '32'] = (option('-d') ?? '0.0.0.0/0').split('/');
    const size = 2 ** (32 - Number(prefix));
    if (Math.floor(number(packet.to) / size) !== Math.floor(number(network) / size)) continue;
    if (option('-o') !== undefined && !packet.out?.startsWith(option('-o')?.replace('+', '') ?? '')) continue;
    if (option('--dport') !== undefined && packet.dns !== true) continue;
    if (option('--ctstate') !== undefined) continue;
    return option('-j') ?? '';
  }
  return 'RETURN';
}

describe('the chains', () => {
  const rules = chains({ resolvers: ['10.0.0.53'], allow: ['192.168.7.0/24'] });
  const forward = (packet: { to: string; out?: string; dns?: boolean }) =>
    verdict(rules, 'CYCLONE-FWD', { out: 'eth0', ...packet });

  test.each(['10.1.2.3', '172.17.0.2', '172.31.255.255', '192.168.1.1', '169.254.169.254', '100.64.0.1'])(
    'keep stages from %s',
    (to) => {
      expect(forward({ to })).toBe('DROP');
    },
  );

  test.each(['1.1.1.1', '172.32.0.1', '140.82.121.4', '100.128.0.1'])('let stages out to %s', (to) => {
    expect(forward({ to })).toBe('RETURN');
  });

  test('let containers of one network talk, names be asked for, and exceptions be made', () => {
    expect(forward({ to: '10.213.0.3', out: 'cyc-0a1b2c3d' })).toBe('RETURN');
    expect(forward({ to: '10.213.0.3', out: 'docker0' })).toBe('DROP');
    expect(forward({ to: '10.0.0.53', dns: true })).toBe('RETURN');
    expect(forward({ to: '10.0.0.53' })).toBe('DROP');
    expect(forward({ to: '10.0.0.54', dns: true })).toBe('DROP');
    expect(forward({ to: '192.168.7.9' })).toBe('RETURN');
  });

  test('keep stages from the host, whatever its address, but for names', () => {
    expect(verdict(rules, 'CYCLONE-IN', { to: '203.0.113.9' })).toBe('DROP');
    expect(verdict(rules, 'CYCLONE-IN', { to: '10.0.0.53', dns: true })).toBe('RETURN');
    expect(verdict(rules, 'CYCLONE-IN', { to: '192.168.7.9' })).toBe('DROP');
  });

  test('let answers pass before anything else', () => {
    for (const chain of ['CYCLONE-IN', 'CYCLONE-FWD']) {
      const first = rules.split('\n').find((line) => line.startsWith(`-A ${chain} `));
      expect(first).toBe(`-A ${chain} -m conntrack --ctstate ESTABLISHED,RELATED -j RETURN`);
    }
  });
});

test('resolvers are the IPv4 nameservers that are not this host’s own loopback', () => {
  const conf =
    '# nameserver 9.9.9.9\nsearch example.com\nnameserver 10.0.0.2\nnameserver 127.0.0.53\nnameserver ::1\n nameserver\t8.8.8.8 \n';
  expect(resolversOf(conf)).toEqual(['10.0.0.2', '8.8.8.8']);
});
