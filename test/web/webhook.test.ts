import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { type Answer, type Site, sign, startSite, WEBHOOK_PATH } from './harness.js';

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.stop());

const payload = JSON.stringify({ action: 'opened', title: 'größe 🌀', big: 'x'.repeat(1000) });
const headers = {
  'content-type': 'application/json',
  'x-github-event': 'push',
  'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
  'x-hub-signature-256': sign(payload),
};

function post(
  change: Record<string, string | undefined> = {},
  body: string | Buffer = payload,
): Promise<Answer> {
  const all = Object.entries({ ...headers, ...change }).filter(([, value]) => value !== undefined);
  return site.ask(WEBHOOK_PATH, { method: 'POST', headers: Object.fromEntries(all), body });
}

describe('webhook', () => {
  test('a delivery that is signed reaches the receiver as it came', async () => {
    expect((await post()).status).toBe(202);
    expect(site.deliveries).toEqual([
      { id: headers['x-github-delivery'], name: 'push', signature: sign(payload), payload },
    ]);
  });

  test('a byte order mark is part of the body that is signed', async () => {
    const body = `\ufeff${payload}`;
    expect((await post({ 'x-hub-signature-256': sign(body) }, body)).status).toBe(400);
    expect(site.deliveries).toEqual([]);
  });

  test.each([
    ['no signature', { 'x-hub-signature-256': undefined }, 401],
    ['a SHA-1 signature only', { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=00' }, 401],
    ['SHA-1 in the place of SHA-256', { 'x-hub-signature-256': `sha1=${'0'.repeat(40)}` }, 401],
    ['the signature of another secret', { 'x-hub-signature-256': sign(payload, 'development') }, 401],
    ['the signature of another body', { 'x-hub-signature-256': sign(`${payload} `) }, 401],
    ['no event', { 'x-github-event': undefined }, 400],
    ['an event that is none', { 'x-github-event': '__proto__/..' }, 400],
    ['no delivery id', { 'x-github-delivery': undefined }, 400],
    ['a delivery id that is none', { 'x-github-delivery': 'a:b c' }, 400],
    ['an endless delivery id', { 'x-github-delivery': 'a'.repeat(5000) }, 400],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['no content type', { 'content-type': undefined }, 415],
    ['another JSON type', { 'content-type': 'application/json-seq' }, 415],
  ])('refuses %s', async (_name, change, status) => {
    expect((await post(change)).status).toBe(status);
    expect(site.deliveries).toEqual([]);
  });

  test('what is not shaped like a signature does not reach the receiver', async () => {
    await site.stop();
    let asked = 0;
    const receive = async () => {
      asked += 1;
      return 'accepted' as const;
    };
    site = await startSite({ webhook: { path: WEBHOOK_PATH, receiver: { receive } } });
    for (const signature of [
      '',
      'sha256=',
      `sha256=${'0'.repeat(63)}`,
      `sha1=${'0'.repeat(40)}`,
      `sha256=${'0'.repeat(64)}, x`,
    ]) {
      expect((await post({ 'x-hub-signature-256': signature })).status).toBe(401);
    }
    expect(asked).toBe(0);
  });

  test('an altered body is refused', async () => {
    expect((await post({}, payload.replace('opened', 'closed'))).status).toBe(401);
  });

  test('bytes that are no text cannot pass for others', async () => {
    const body = Buffer.from([0x22, 0xff, 0xfe, 0x22]);
    expect((await post({ 'x-hub-signature-256': sign(body) }, body)).status).toBe(401);
  });

  test('a body that is signed and no JSON is a bad request', async () => {
    expect((await post({ 'x-hub-signature-256': sign('{') }, '{')).status).toBe(400);
    expect((await post({ 'x-hub-signature-256': sign('') }, '')).status).toBe(400);
  });

  test('takes a content type with a charset', async () => {
    expect((await post({ 'content-type': 'application/json; charset=utf-8' })).status).toBe(202);
  });

  test.each([['with its length'], ['in chunks']])('refuses more than 25 MB sent %s', async (how) => {
    const body = Buffer.alloc(25 * 1024 * 1024 + 1, 'x');
    const chunked = how === 'in chunks' ? { 'transfer-encoding': 'chunked' } : {};
    expect((await post({ ...chunked, 'x-hub-signature-256': sign(body) }, body)).status).toBe(413);
  });

  test('takes exactly 25 MB', async () => {
    const body = JSON.stringify('x'.repeat(25 * 1024 * 1024 - 2));
    expect((await post({ 'x-hub-signature-256': sign(body) }, body)).status).toBe(202);
  });

  test('other methods are told which one', async () => {
    const answer = await site.ask(WEBHOOK_PATH);
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('POST');
  });

  test('a receiver that cannot keep it gives 503 and logs no payload', async () => {
    await site.stop();
    const receive = async (): Promise<never> => {
      throw new Error('Redis is away');
    };
    site = await startSite({ webhook: { path: WEBHOOK_PATH, receiver: { receive } } });
    expect((await post()).status).toBe(503);
    expect(site.errors).toHaveLength(1);
    expect(JSON.stringify(site.errors)).not.toContain('opened');
  });

  test('each answer is told, also a refusal', async () => {
    await site.stop();
    const answers: (readonly number[])[] = [];
    const answered = (...answer: readonly number[]) => void answers.push(answer);
    const receive = async () => 'accepted' as const;
    site = await startSite({ webhook: { path: WEBHOOK_PATH, receiver: { receive }, answered } });
    await post();
    await post({ 'x-hub-signature-256': '' });
    expect(answers).toEqual([
      [202, 0],
      [401, 0],
    ]);
  });

  test('a process that takes no webhooks has no such page', async () => {
    await site.stop();
    site = await startSite({ webhook: undefined });
    expect((await post()).status).toBe(404);
  });

  test('malformed requests by raw sockets never stop the process', async () => {
    const line = `POST ${WEBHOOK_PATH} HTTP/1.1\r\nHost: x\r\n`;
    const nasty = [
      'GARBAGE\r\n\r\n',
      '\0\0\0\0',
      'GET / HTTP/9.9\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a b\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: [::1\r\n\r\n',
      'GET / HTTP/1.1\r\nHost:\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'GET //\\evil HTTP/1.1\r\nHost: x\r\n\r\n',
      'GET /%zz%00%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'GET /runs/1/stages/%ff%fe/log HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n',
      'TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n',
      `${line}Content-Length: 10\r\n\r\nabc`,
      `${line}Content-Length: -1\r\n\r\n`,
      `${line}Content-Length: 99999999999999999999\r\n\r\n`,
      `${line}Transfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\nzz\r\n`,
      `${line}X-GitHub-Event: \xff\r\nX-Hub-Signature-256: ,\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      `${line}X-Hub-Signature-256: sha256=${'0'.repeat(64)}\r\nX-Hub-Signature-256: sha256=${'1'.repeat(64)}\r\nX-GitHub-Event: push\r\nX-GitHub-Delivery: 1\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`,
      `${line}X: ${'y'.repeat(100_000)}\r\n\r\n`,
      `${line}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
      `${line}Expect: 200-maybe\r\nContent-Length: 0\r\n\r\n`,
    ];
    for (const bytes of nasty)
      expect(await site.raw(Buffer.from(bytes, 'latin1'))).not.toMatch(/^HTTP\/1.1 (202|500)/);
    expect((await post()).status).toBe(202);
    expect(site.errors).toEqual([]);
  });

  test('no header makes it fail or accept', async () => {
    const value = fc.string({
      unit: fc.constantFrom('a', '=', ' ', ',', ';', '%', '"', '\xff', '0', '-', ':'),
    });
    const names = [
      'content-type',
      'x-github-event',
      'x-github-delivery',
      'x-hub-signature-256',
      'range',
      'host',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), value, async (name, text) => {
        const { status } = await post({ 'x-hub-signature-256': sign('other'), [name]: text });
        expect([400, 401, 415]).toContain(status);
      }),
      { numRuns: 60 },
    );
    expect(site.errors).toEqual([]);
  });
});
