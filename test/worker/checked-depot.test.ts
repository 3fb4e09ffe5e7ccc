import { expect, test } from '@jest/globals';
import { checkedDepot } from '../../src/worker/checked-depot.js';
import { DepotUnavailable } from '../../src/worker/ports.js';
import { textOf, words } from '../content.js';
import { MemoryDepot } from './memory-depot.js';

const signal = new AbortController().signal;

test('a blob is what it is called, or its end says that it is not', async () => {
  const memory = new MemoryDepot();
  const depot = checkedDepot(memory);
  const { digest } = await depot.put(words('hello ', 'world'), signal);
  expect(await textOf(await depot.get(digest, signal))).toBe('hello world');
  memory.blobs.set(digest, Buffer.from('hello, world'));
  await expect(depot.get(digest, signal).then(textOf)).rejects.toThrow(DepotUnavailable);
  memory.blobs.delete(digest);
  expect(await depot.get(digest, signal)).toBeUndefined();
});

test('the rest is the depot behind it', async () => {
  const memory = new MemoryDepot();
  const depot = checkedDepot(memory);
  const cache = { key: 'npm-1', digest: 'sha256:1', bytes: 1 };
  memory.caches.push(cache);
  memory.results.set('sha256:of-all', { run: 1, stage: 'lint', facts: {} });
  expect(await depot.findCache(1, { key: 'npm-2', restoreKeys: ['npm-'] }, signal)).toEqual(cache);
  expect(await depot.findResult(1, 'sha256:of-all', signal)).toMatchObject({ run: 1, stage: 'lint' });
  memory.away = 'the server is away';
  await expect(depot.findCache(1, { key: 'x', restoreKeys: [] }, signal)).rejects.toThrow(
    'the server is away',
  );
});
