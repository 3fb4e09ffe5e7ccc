import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitPush } from './support/push.js';
import { reopenedBy } from './support/rerun.js';
import { conclusions, openWorld, type World } from './support/world.js';

let world: World;
/** Of a true delivery, so that only what a test changes is wrong. */
let payload: string;

beforeAll(async () => {
  world = await openWorld();
  await world.start();
  await gitPush(world.github, { repository: 'acme/hello', files: { 'README.md': 'no pipeline' } });
  const delivery = await world.github.waitFor(() =>
    world.github.deliveries.all('push').find((one) => one.response),
  );
  payload = delivery.request.body;
}, 60_000);
afterAll(() => world.close(), 30_000);

const sign = (body: string, secret = world.github.webhookSecret): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

async function post(body: string, headers: Record<string, string | undefined> = {}): Promise<number> {
  const all = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-github-delivery': crypto.randomUUID(),
    'x-hub-signature-256': sign(body),
    ...headers,
  };
  const given = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const response = await fetch(`${world.server().url}/api/github/webhooks`, {
    method: 'POST',
    headers: given,
    body,
  });
  return response.status;
}

test('a true body under another delivery id starts nothing (row 10: replay)', async () => {
  const { github } = world;
  const repository = 'acme/replayed';
  const files = { 'caicloud.yml': 'integration: { image: cyclone-test/busybox:1, commands: ["true"] }\n' };
  const sha = await gitPush(github, { repository, files });
  const checks = await world.concluded(repository, sha);
  const check = checks.get('cyclone/integration');
  if (check === undefined) throw new Error('no check');
  await reopenedBy(world, repository, sha, () => github.checks.rerequest(check));
  await world.concluded(repository, sha);
  const asked = github.deliveries.all('check_run').find(({ action }) => action === 'rerequested');
  const told = check.history.length;
  expect(await post(asked?.request.body ?? '', { 'x-github-event': 'check_run' })).toBe(202);
  // What it would have started is there when a push behind it is done.
  await world.concluded(repository, await gitPush(github, { repository, files: { ...files, more: 'x' } }));
  expect(check.history).toHaveLength(told);
}, 60_000);

describe('a forged or broken webhook is refused (row 10)', () => {
  test('a true one is accepted', async () => {
    expect(await post(payload)).toBe(202);
  });

  test.each([
    ['no signature', () => post(payload, { 'x-hub-signature-256': undefined }), [400, 401]],
    ['a wrong signature', () => post(payload, { 'x-hub-signature-256': sign(payload, 'other') }), [401]],
    [
      'SHA-1 only',
      () => post(payload, { 'x-hub-signature-256': undefined, 'x-hub-signature': 'sha1=00' }),
      [400, 401],
    ],
    [
      'an altered body',
      () => post(payload.replace('"acme"', '"evil"'), { 'x-hub-signature-256': sign(payload) }),
      [401],
    ],
    ['no event', () => post(payload, { 'x-github-event': undefined }), [400]],
    ['no delivery id', () => post(payload, { 'x-github-delivery': undefined }), [400]],
    [
      'a form',
      () => post(`payload=${payload}`, { 'content-type': 'application/x-www-form-urlencoded' }),
      [415],
    ],
    ['no JSON', () => post('{"ref": '), [400]],
    ["signed, and not of GitHub's form", () => post('{"ref": 5}'), [400]],
    ['more than 25 MB', () => post(`{"x": "${'x'.repeat(26 * 1024 * 1024)}"}`), [413]],
  ])(
    '%s',
    async (_name, send, statuses) => {
      expect(statuses).toContain(await send());
    },
    20_000,
  );

  test('and nothing of its payload is in the log', () => {
    expect(world.server().output()).not.toContain('refs/heads/main');
    expect(world.server().output()).not.toContain(world.github.webhookSecret);
  });
});

test('malformed requests never stop the process (row 11)', async () => {
  const { hostname, port } = new URL(world.server().url);
  const raw = [
    'POST /api/github/webhooks HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n',
    'POST /api/github/webhooks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    'POST /api/github/webhooks HTTP/1.1\r\nHost: x\r\nX-GitHub-Event: \u0000\r\n\r\n',
    'GET /runs/%ff%00 HTTP/1.1\r\nHost: x\r\n\r\n',
    'GET /runs/1/stages/%2e%2e/log HTTP/1.1\r\nHost: x\r\n\r\n',
    '\u0016\u0003\u0001 not HTTP at all\r\n\r\n',
  ];
  for (const text of raw) {
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write(text));
      socket.setTimeout(500, () => socket.destroy());
      socket.on('data', () => undefined).on('error', () => undefined);
      socket.on('close', () => resolve());
    });
  }
  const response = await fetch(`${world.server().url}/readyz`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({
    ok: true,
    parts: { redis: { ok: true }, sql: { ok: true }, docker: { ok: true } },
  });
}, 20_000);

describe('GitHub in trouble', () => {
  const files = { 'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: [true] }\n' };

  test('an answer that is lost leaves one check of each name', async () => {
    const fault = world.github.faults.add({ fault: { kind: 'lost' }, operation: 'checks/create', times: 2 });
    const sha = await gitPush(world.github, { repository: 'acme/lost', files });
    expect(conclusions(await world.concluded('acme/lost', sha))).toMatchObject({ cyclone: 'success' });
    expect(fault.hits).toBe(2);
    expect(world.github.checkRuns('acme/lost', sha)).toHaveLength(2);
    world.github.expectClean();
  }, 60_000);

  test('rate limits, errors and a token that is refused are waited out', async () => {
    world.github.faults.add({
      fault: { kind: 'secondary', retryAfterSeconds: 1 },
      operation: 'checks/create',
      times: 1,
    });
    world.github.faults.add({ fault: { kind: 'broken' }, operation: 'checks/update', times: 2 });
    world.github.faults.add({ fault: { kind: 'unauthorized' }, operation: 'repos/get-content', times: 1 });
    const sha = await gitPush(world.github, { repository: 'acme/trouble', files });
    expect(conclusions(await world.concluded('acme/trouble', sha))).toMatchObject({ cyclone: 'success' });
    expect(world.github.checkRuns('acme/trouble', sha)).toHaveLength(2);
    world.github.expectClean();
  }, 60_000);

  test('away while a run goes on, and the server restarted: the checks come when GitHub is back', async () => {
    const slow = { 'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: [sleep 4] }\n' };
    const sha = await gitPush(world.github, { repository: 'acme/away', files: slow });
    await world.github.waitFor(() =>
      world.github
        .checkRuns('acme/away', sha)
        .some(({ state }) => state.name === 'cyclone/pre_build' && state.status === 'in_progress'),
    );
    world.github.faults.down();
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect(await world.server().stop()).toBe(0);
    await world.start();
    world.github.faults.up();
    expect(conclusions(await world.concluded('acme/away', sha))).toEqual({
      cyclone: 'success',
      'cyclone/pre_build': 'success',
    });
    expect(world.github.checkRuns('acme/away', sha)).toHaveLength(2);
  }, 90_000);
});
