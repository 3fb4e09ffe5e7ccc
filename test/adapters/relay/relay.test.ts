import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { newChannel } from '../../../src/adapters/relay/channel.js';
import { type Relay, webhookRelay } from '../../../src/adapters/relay/relay.js';
import { systemClock } from '../../../src/composition/clock.js';
import type { Delivery, WebhookReceiver } from '../../../src/web/ports.js';
import { deliver, type Smee, startSmee } from './smee.js';

const SECRET = 'a secret of webhooks';
const PUSH = JSON.stringify({
  ref: 'refs/heads/main',
  message: 'Grüße ✓ <b> \u2028 "x"',
  after: null,
  n: 12,
});

let smee: Smee;
let relay: Relay | undefined;
beforeEach(async () => {
  smee = await startSmee();
});
afterEach(async () => {
  await relay?.stop();
  await smee.close();
});

/** A relay with a receiver that checks signatures, and a clock whose sleeps are over at once. */
function listen(changes: { readonly heard?: number; readonly silence?: number } = {}) {
  const seen = {
    received: [] as Delivery[],
    results: [] as string[],
    missed: [] as number[],
    logged: [] as string[],
  };
  const slept: number[] = [];
  const kept = { at: changes.heard };
  let next: 'unavailable' | undefined;
  const receiver: WebhookReceiver = {
    receive(delivery) {
      const digest = createHmac('sha256', SECRET).update(delivery.payload).digest('hex');
      const result = next ?? (delivery.signature === `sha256=${digest}` ? 'accepted' : 'bad_signature');
      next = undefined;
      seen.received.push(delivery);
      seen.results.push(result);
      return Promise.resolve(result);
    },
  };
  const write = (fields: object, message: string) =>
    void seen.logged.push(JSON.stringify({ ...fields, message }));
  const listening = webhookRelay({
    url: smee.channel,
    receiver,
    heard: {
      last: () => Promise.resolve(kept.at),
      at: (time) => {
        kept.at = time;
        return Promise.resolve();
      },
    },
    missedSince: (time) => seen.missed.push(time),
    clock: {
      now: systemClock.now,
      sleep: (ms, signal) => {
        slept.push(ms);
        return systemClock.sleep(Math.min(ms, 5), signal);
      },
    },
    logger: { debug: write, info: write, warn: write, error: write },
    ...(changes.silence === undefined ? {} : { silence: changes.silence }),
  });
  relay = listening;
  listening.start();
  return {
    ...seen,
    slept,
    kept,
    check: () => listening.check(),
    unavailable: () => {
      next = 'unavailable';
    },
  };
}

async function until(look: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await look())) {
    await systemClock.sleep(2);
  }
}

const connected = async (house: ReturnType<typeof listen>): Promise<void> =>
  until(() =>
    house.check().then(
      () => true,
      () => false,
    ),
  );

describe('a webhook through the relay', () => {
  test('comes with its id, name and signature, and the payload as GitHub signed it', async () => {
    const house = listen();
    await connected(house);
    expect(await deliver(smee.channel, PUSH, { secret: SECRET, id: 'delivery-1' })).toBe(200);
    await until(() => house.received.length > 0);
    expect(house.received[0]).toMatchObject({ id: 'delivery-1', name: 'push', payload: PUSH });
    expect(house.results).toEqual(['accepted']);
  });

  test('of gosmee comes byte for byte', async () => {
    const house = listen();
    await connected(house);
    const payload = '{ "ref":\t"refs/heads/main", "n": 1.0 }';
    const envelope = {
      'x-github-event': 'push',
      'x-github-delivery': 'delivery-2',
      'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(payload).digest('hex')}`,
      'content-type': 'application/json',
      bodyB: Buffer.from(payload).toString('base64'),
    };
    smee.say(`data: ${JSON.stringify(envelope)}\n\n`);
    await until(() => house.received.length > 0);
    expect([house.received[0]?.payload, house.results[0]]).toEqual([payload, 'accepted']);
  });

  test('with another signature is refused, and said', async () => {
    const house = listen();
    await connected(house);
    await deliver(smee.channel, PUSH, { secret: 'another' });
    await until(() => house.logged.some((line) => line.includes('a relayed webhook was refused')));
    expect(house.results).toEqual(['bad_signature']);
  });

  test.each([
    ['no JSON', 'data: {\n\n'],
    ['JSON of another kind', 'data: [1]\n\n'],
    ['no signature', 'data: {"x-github-event":"push","x-github-delivery":"1","body":{}}\n\n'],
  ])('that is none (%s) changes nothing', async (_name, text) => {
    const house = listen();
    await connected(house);
    smee.say(text);
    await deliver(smee.channel, PUSH, { secret: SECRET });
    await until(() => house.received.length > 0);
    expect(house.results).toEqual(['accepted']);
  });

  test('that could not be kept is asked for again: GitHub was told that it came', async () => {
    const house = listen();
    await connected(house);
    house.unavailable();
    const before = Date.now();
    await deliver(smee.channel, PUSH, { secret: SECRET });
    await until(() => house.missed.length > 0);
    expect(house.missed[0]).toBeLessThan(before);
  });
});

describe('a cut', () => {
  test('is said, and over when the relay is back; what came meanwhile is asked for again', async () => {
    const house = listen();
    await connected(house);
    await until(() => house.kept.at !== undefined);
    smee.refuse = 503;
    smee.cut();
    await until(() => house.slept.length >= 8);
    await expect(house.check()).rejects.toThrow(/^cut since 20.+: it answered 503 with nothing$/);
    expect(house.slept.slice(0, 7)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    const lastHeard = house.kept.at ?? 0;
    expect(house.missed).toEqual([]);
    smee.refuse = undefined;
    await connected(house);
    expect(house.missed).toEqual([lastHeard - 60_000]);
    await deliver(smee.channel, PUSH, { secret: SECRET });
    await until(() => house.received.length > 0);
    expect(house.results).toEqual(['accepted']);
  });

  test('of a relay that falls silent is noticed', async () => {
    const house = listen({ silence: 50 });
    await until(() => house.logged.some((line) => line.includes('it is silent')));
    await until(() => house.missed.length > 0);
    expect(smee.listened).toBeGreaterThan(1);
  });

  test('while this process was down is made good', async () => {
    const house = listen({ heard: 5_000_000 });
    await connected(house);
    expect(house.missed).toEqual([5_000_000 - 60_000]);
  });

  test('before the first time is none', async () => {
    const house = listen();
    await connected(house);
    await until(() => house.kept.at !== undefined);
    expect(house.missed).toEqual([]);
  });
});

test('whoever starts it is told who can read, and never the channel', async () => {
  const house = listen();
  await connected(house);
  expect(house.logged[0]).toMatch(/can read them/);
  expect(house.logged.join('\n')).not.toContain('/channel');
});

test('a new channel is the one that the relay redirects to', async () => {
  expect(await newChannel(smee.url)).toBe(smee.channel);
  await expect(newChannel(`${smee.url}/`)).resolves.toBe(smee.channel);
});
