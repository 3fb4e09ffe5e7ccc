import { afterEach, expect, test } from '@jest/globals';
import { type Site, startSite } from './harness.js';

let site: Site;
afterEach(() => site.stop());

/** As many as one address may ask for in a minute, and what is said to another one then. */
async function afterMany(trustedProxies: number, many: (index: number) => string, other: string) {
  site = await startSite({ trustedProxies });
  const ask = (told: string) => site.ask('/api/queue', { headers: { 'x-forwarded-for': told } });
  for (let index = 0; index < 600; index += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, at) => ask(many(index + at))));
  }
  return (await ask(other)).status;
}

const made = (index: number): string => `192.0.2.${String(index % 256)}`;

test('without a trusted proxy nobody is somebody else by a header', async () => {
  expect(await afterMany(0, made, '198.51.100.1')).toBe(429);
}, 60_000);

test('through a trusted proxy strangers are told apart by whom it saw', async () => {
  expect(await afterMany(1, () => '203.0.113.7', '198.51.100.1')).toBe(200);
}, 60_000);

test('what stands before that in the header is made up', async () => {
  expect(await afterMany(1, (index) => `${made(index)}, 203.0.113.7`, '198.51.100.1, 203.0.113.7')).toBe(429);
}, 60_000);

test('of two proxies the outer one saw the stranger', async () => {
  expect(await afterMany(2, () => '203.0.113.7, 10.0.0.2', '198.51.100.1, 10.0.0.2')).toBe(200);
}, 60_000);

test('a network of IPv6 is one, however many addresses it has', async () => {
  const address = (index: number): string => `2001:db8:0:1::${index.toString(16)}`;
  expect(await afterMany(1, address, '2001:db8::1:ffff:0:0:1')).toBe(429);
}, 60_000);

test('what is no address counts as the proxy', async () => {
  expect(await afterMany(1, (index) => `x${String(index)}`, 'unknown')).toBe(429);
}, 60_000);
