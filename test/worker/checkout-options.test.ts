import { expect, test } from '@jest/globals';
import type { StageOptions } from '../../src/pipeline/model.js';
import { checkoutOptions } from '../../src/worker/checkout-options.js';
import type { CheckoutRequest } from '../../src/worker/ports.js';
import { checkoutOf, createWorld, leaseOf, planned, script } from './world.js';

const stage = (id: string, checkout?: StageOptions['checkout']) =>
  planned(id, script('true'), checkout === undefined ? {} : { options: { checkout } });

test.each([
  ['nothing', [], { submodules: false, lfs: false }],
  ['what one asks for', [{ submodules: true }, { lfs: true }], { submodules: true, lfs: true }],
  ['more than one that asks for none', [{ lfs: true }, { lfs: false }], { submodules: false, lfs: true }],
  [
    'the longest history that is named',
    [{ depth: 1 }, { depth: 7 }, {}],
    { submodules: false, lfs: false, depth: 7 },
  ],
])('the stages of a job together ask for %s', (_, asked, together) => {
  const stages = asked.map((checkout, index) => stage(`s${index}`, checkout));
  expect(checkoutOptions([...stages, stage('says nothing')])).toEqual(together);
});

test('the checkout hears of it, and of whether the run is trusted; stages that do not run have no say', async () => {
  const asked: CheckoutRequest[] = [];
  const checkout = checkoutOf({});
  const world = createWorld(
    {},
    {
      checkout: {
        ...checkout,
        checkout: async (request, signal, log) => {
          asked.push(request);
          return await checkout.checkout(request, signal, log);
        },
      },
    },
  );
  const skipped = { skip: { kind: 'condition', message: 'not today' } } as const;
  const stages = [stage('a', { submodules: true, depth: 2 }), { ...stage('b', { lfs: true }), ...skipped }];
  await world.execute(leaseOf(stages, { trusted: true }));
  expect(asked).toMatchObject([{ options: { submodules: true, lfs: false, depth: 2 }, trusted: true }]);
});
