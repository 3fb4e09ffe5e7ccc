import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { INTERNET_IPV6, NOT_THE_INTERNET } from '../../pipeline/internet.js';
import { CheckoutFailed } from '../../worker/ports.js';

const notTheInternet = new BlockList();
for (const range of NOT_THE_INTERNET) addTo(notTheInternet, range, 'ipv4');
const internetIpv6 = new BlockList();
addTo(internetIpv6, INTERNET_IPV6, 'ipv6');

/**
 * A host that a file names is reached on the internet only: git runs on the worker, before which no firewall
 * stands that keeps stages from the networks around it.
 * @returns configuration that holds git to the addresses that were looked at: the next answer may be another one
 * @throws CheckoutFailed
 */
export async function reachOnInternet(
  url: URL,
  environment: Readonly<Record<string, string>>,
): Promise<readonly (readonly [key: string, value: string])[]> {
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  const isName = isIP(host) === 0;
  // Names are the proxy's to look up; from here they may not even be known.
  const addresses = isName && hasProxy(url, environment) ? [] : await addressesOf(host);
  const closed = addresses.find((address) => !isOnInternet(address));
  if (closed !== undefined) {
    throw new CheckoutFailed(`${url.host} is ${closed}, which is not on the internet`);
  }
  const port = url.port || (url.protocol === 'http:' ? '80' : '443');
  const pinned = addresses.map((address) => (isIP(address) === 6 ? `[${address}]` : address)).join(',');
  return [
    ['http.followRedirects', 'false'],
    ...(pinned === '' || !isName ? [] : [['http.curloptResolve', `${host}:${port}:${pinned}`] as const]),
  ];
}

export function isOnInternet(address: string): boolean {
  return isIP(address) === 4 ? !notTheInternet.check(address, 'ipv4') : internetIpv6.check(address, 'ipv6');
}

async function addressesOf(host: string): Promise<readonly string[]> {
  try {
    return (await lookup(host, { all: true })).map(({ address }) => address);
  } catch (error) {
    throw new CheckoutFailed(`the host ${host} is not known`, { cause: error });
  }
}

function hasProxy({ protocol }: URL, environment: Readonly<Record<string, string>>): boolean {
  const scheme = protocol.slice(0, -1);
  return [`${scheme}_proxy`, 'all_proxy'].some(
    (name) => (environment[name] ?? environment[name.toUpperCase()] ?? '') !== '',
  );
}

function addTo(list: BlockList, range: string, family: 'ipv4' | 'ipv6'): void {
  const [address = '', bits = ''] = range.split('/');
  list.addSubnet(address, Number(bits), family);
}
