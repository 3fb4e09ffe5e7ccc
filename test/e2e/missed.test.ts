import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Smee, startSmee } from '../adapters/relay/smee.js';
import { gitPush } from './support/push.js';
import { conclusions, openWorld, type World } from './support/world.js';

const FILES = { 'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: [true] }\n' };
const PASSED = { cyclone: 'success', 'cyclone/pre_build': 'success' };

let world: World;
beforeAll(async () => {
  world = await openWorld();
}, 60_000);
afterAll(() => world.close(), 30_000);

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${world.server().url}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${name} `))
      ?.split(' ')[1],
  );
}

test('a push while the server is down is built when it is back', async () => {
  const { url } = await world.start();
  expect(await world.server().stop()).toBe(0);
  const sha = await gitPush(world.github, { repository: 'acme/missed', files: FILES });
  await world.github.waitFor(() => world.github.deliveries.all('push').find((one) => one.response));
  // Where GitHub knows it: it looks for what it missed as soon as it is up.
  await world.start({ PORT: new URL(url).port });
  expect(conclusions(await world.concluded('acme/missed', sha))).toEqual(PASSED);
  expect(await metric('cyclone_webhooks_redelivered_total')).toBeGreaterThan(0);
  expect(world.github.checkRuns('acme/missed', sha)).toHaveLength(2);
  world.github.expectClean();
}, 90_000);

describe('through a relay', () => {
  let smee: Smee;
  beforeAll(async () => {
    smee = await startSmee();
    await world.server().stop();
    await world.start({ WEBHOOK_PROXY_URL: smee.channel });
    world.github.webhooksTo(smee.channel);
  }, 30_000);
  afterAll(() => smee.close());

  const relay = async (): Promise<{ ok: boolean; message?: string }> => {
    const report = (await (await fetch(`${world.server().url}/readyz`)).json()) as {
      parts: { relay: { ok: boolean; message?: string } };
    };
    return report.parts.relay;
  };
  const relayUntil = async (ok: boolean): Promise<void> => {
    while ((await relay()).ok !== ok) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };

  test('a push is built', async () => {
    await relayUntil(true);
    const sha = await gitPush(world.github, { repository: 'acme/relayed', files: FILES });
    expect(conclusions(await world.concluded('acme/relayed', sha))).toEqual(PASSED);
    expect(world.server().output()).toContain('can read them');
    expect(world.server().output()).not.toContain(smee.channel);
  }, 60_000);

  test('a push during a cut, which GitHub believes delivered, is built when the relay is back', async () => {
    smee.refuse = 502;
    smee.cut();
    await relayUntil(false);
    expect((await relay()).message).toMatch(/^cut since /);
    const sha = await gitPush(world.github, { repository: 'acme/cut', files: FILES });
    await world.github.waitFor(
      () => world.github.deliveries.all('push').at(-1)?.response?.statusCode === 200,
    );
    smee.refuse = undefined;
    expect(conclusions(await world.concluded('acme/cut', sha))).toEqual(PASSED);
    expect(await relay()).toEqual({ ok: true });
    expect(world.github.checkRuns('acme/cut', sha)).toHaveLength(2);
    world.github.expectClean();
  }, 90_000);

  test('a push while the server is down is built when it is back, though the relay took it', async () => {
    expect(await world.server().stop()).toBe(0);
    world.github.webhooksTo(smee.channel);
    const sha = await gitPush(world.github, { repository: 'acme/down', files: FILES });
    await world.github.waitFor(
      () => world.github.deliveries.all('push').at(-1)?.response?.statusCode === 200,
    );
    await world.start({ WEBHOOK_PROXY_URL: smee.channel });
    world.github.webhooksTo(smee.channel);
    expect(conclusions(await world.concluded('acme/down', sha))).toEqual(PASSED);
  }, 90_000);
});
