import { isIP, isIPv6 } from 'node:net';
import type { Room, WebContext } from './context.js';

/** Groups of an IPv6 address that name a network: within it, whoever has one address has all. */
const NETWORK_GROUPS = 4;

/**
 * Who asks, for counting: an IPv4 address, or the /64 of an IPv6 one. Each trusted proxy adds whom it was asked by to
 * the end of `X-Forwarded-For`; what stands before that anybody can have written.
 */
export function clientAddress({ trustedProxies = 0 }: Pick<Room, 'trustedProxies'>, c: WebContext): string {
  const peer = c.env.incoming.socket.remoteAddress ?? '';
  const told = (c.req.header('X-Forwarded-For') ?? '').split(',').map((one) => one.trim());
  const asked = trustedProxies === 0 ? undefined : told.at(-trustedProxies);
  return networkOf(asked !== undefined && isIP(asked) !== 0 ? asked : peer);
}

function networkOf(address: string): string {
  if (!isIPv6(address) || address.includes('.')) return address.replace(/^::ffff:/i, '');
  const [before = '', after] = address.toLowerCase().split('::');
  const first = before.split(':').filter((group) => group !== '');
  const last = (after ?? '').split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0');
  return `${[...first, ...zeros, ...last].slice(0, NETWORK_GROUPS).join(':')}::/64`;
}
