import { expect, test } from '@jest/globals';
import { type Checkout, CheckoutFailed } from '../../src/worker/ports.js';
import { createWorld, gate, leaseOf, planned, script, until } from './world.js';

const LEASE = leaseOf([planned('a', script('a'))]);

test('the commit is fetched while what an earlier owner left is removed; its workspace is not touched', async () => {
  const world = createWorld();
  const reaped = gate();
  const reap = world.engine.reap.bind(world.engine);
  world.engine.reap = async (...what) => {
    await reaped.passed;
    await reap(...what);
  };
  const asked: string[] = [];
  const checkout: Checkout = {
    ...world.checkout,
    fetch: async () => void asked.push('fetch'),
    checkout: async (...request) => {
      asked.push('checkout');
      return await world.checkout.checkout(...request);
    },
  };
  const ended = world.execute({ ...LEASE, fence: 2 }, { checkout });
  await until(() => asked.length > 0);
  // The rest of what could be done is done by then.
  await new Promise((resolve) => setTimeout(resolve));
  expect(asked).toEqual(['fetch']);
  expect(world.engine.containers.size).toBe(0);
  reaped.open();
  expect(await ended).toBe('ended');
  expect(asked).toEqual(['fetch', 'checkout']);
  expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
});

test('the files are laid out when their commit is there', async () => {
  const world = createWorld();
  const fetched = gate();
  const checkout: Checkout = { ...world.checkout, fetch: () => fetched.passed };
  const ended = world.execute(LEASE, { checkout });
  await until(() => world.engine.journal.includes('start a'));
  expect(world.checkout.count()).toBe(0);
  fetched.open();
  expect(await ended).toBe('ended');
  expect(world.checkout.count()).toBe(1);
});

test('a fetch that failed is the failure of the stage that needs the files, with what it said', async () => {
  const world = createWorld();
  const checkout: Checkout = {
    ...world.checkout,
    fetch: async (_request, _signal, log) => {
      log?.('trying again');
      throw new CheckoutFailed('no such commit');
    },
  };
  await world.execute(LEASE, { checkout });
  expect(world.story.outcomes.get('a')).toMatchObject({
    kind: 'failed',
    failure: { code: 'checkout', message: 'no such commit' },
  });
  expect(world.story.logs.get('a')).toContain('trying again\n');
  expect(world.checkout.count()).toBe(0);
});

test('an engine that cannot say what an earlier owner left ends nothing: the job goes back', async () => {
  const world = createWorld();
  world.engine.away = true;
  expect(await world.execute(LEASE)).toBe('returned');
});
