import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Dockerode from 'dockerode';
import { answerOf } from '../../../src/adapters/docker/errors.js';

/** An engine that refuses everything with this body. */
let body = '';
let server: Server;

beforeAll(async () => {
  server = createServer((_, response) => response.writeHead(500).end(body));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => void server.close());

const WORDS = 'Get "https://registry.example/v2/": dial tcp: no such host';

/** What dockerode throws when it asks for a stream, and when it asks for an object. */
async function refused(how: 'push' | 'distribution'): Promise<unknown> {
  const { port } = server.address() as AddressInfo;
  const image = new Dockerode({ protocol: 'http', host: '127.0.0.1', port }).getImage('acme/api');
  const asked = how === 'push' ? image.push({ tag: '1' }) : image.distribution();
  return await asked.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('what the engine answered', () => {
  test.each(['push', 'distribution'] as const)('is its own words alone, asked for by %s', async (how) => {
    body = JSON.stringify({ message: `${WORDS}\n` });
    expect(answerOf(await refused(how))).toEqual({ status: 500, words: WORDS });
  });

  test('is its body when that is no JSON', async () => {
    body = 'upstream is away';
    expect(answerOf(await refused('push'))).toEqual({ status: 500, words: 'upstream is away' });
  });

  test('is nothing when the error is no answer', () => {
    expect(answerOf(new Error('(HTTP code 500) server error - no'))).toBeUndefined();
  });
});
