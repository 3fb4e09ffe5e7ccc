import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from '@jest/globals';

import { createFinder, type Finder } from '../../../src/web/client/log/finder.js';

let server: http.Server;
let asked: string[];
let time: number;
let finder: Finder;
/** Kept with the next complete answer. */
let found: Promise<void>;

beforeEach(async () => {
  asked = [];
  time = 0;
  server = http.createServer((request, response) => {
    asked.push(decodeURIComponent(request.url ?? '').slice(1));
    response.end(`${JSON.stringify({ lines: [7], count: 1, scanned: 9, done: true })}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  found = new Promise((resolve) => {
    finder = createFinder({
      address: (query) => `http://127.0.0.1:${port}/${encodeURIComponent(query)}`,
      changed: () => {
        if (finder.found.isDone) resolve();
      },
      go: () => undefined,
      now: () => time,
    });
  });
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test('what is written after a pause is asked for at once', async () => {
  finder.search('pasted', false, 1);
  await found;
  expect([asked, finder.current, finder.words]).toEqual([['pasted'], 7, '1 of 1 line']);
});

test('who types fast is waited for: what is between the first letter and the last is not asked for', async () => {
  for (const query of ['w', 'wo', 'wor', 'word']) {
    finder.search(query, false, 1);
    time += 10;
  }
  await found;
  expect(asked.filter((query) => query !== 'w')).toEqual(['word']);
});

test('who types slowly is asked for with every letter', async () => {
  finder.search('a', false, 1);
  await found;
  time += 200;
  finder.search('ab', false, 1);
  await new Promise((resolve) => server.once('request', resolve));
  expect(asked).toEqual(['a', 'ab']);
});
