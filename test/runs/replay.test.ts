import { expect, test } from '@jest/globals';
import type { Incoming } from '../../src/runs/ports.js';
import { unlessReplayed } from '../../src/runs/replay.js';
import { Log } from './edges.js';

const gone = (delivery: string): Incoming => ({
  kind: 'installation_changed',
  delivery,
  installation: 3,
  change: 'deleted',
  repositories: [],
});

function receiver() {
  const first = new Map<string, string>();
  const received: Incoming[] = [];
  const process = unlessReplayed(async (incoming) => void received.push(incoming), {
    isReplay: async (signature, delivery) => {
      const known = first.get(signature) ?? delivery;
      first.set(signature, known);
      return known !== delivery;
    },
    logger: new Log(),
  });
  return { received, process };
}

test('a body that came under another delivery id changes nothing (row 10: replay)', async () => {
  const { received, process } = receiver();
  for (const id of ['d1', 'd2', 'd1']) await process({ ...gone(id), signature: 'sha256=a' });
  await process({ ...gone('d3'), signature: 'sha256=b' });
  // What is tried again has its id.
  expect(received).toEqual([gone('d1'), gone('d1'), gone('d3')]);
});

test('what nobody signed is ours', async () => {
  const { received, process } = receiver();
  await process(gone('d1'));
  await process(gone('d2'));
  expect(received).toEqual([gone('d1'), gone('d2')]);
});

test('while it cannot be told, nothing is received', async () => {
  const received: Incoming[] = [];
  const process = unlessReplayed(async (incoming) => void received.push(incoming), {
    isReplay: () => Promise.reject(new Error('Redis is away')),
    logger: new Log(),
  });
  await expect(process({ ...gone('d1'), signature: 'sha256=a' })).rejects.toThrow('Redis is away');
  expect(received).toEqual([]);
});
