import diagnostics from 'node:diagnostics_channel';
import type { Agent, ClientRequest } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type ListeningEngine, listeningEngine } from './listening-engine.js';

const REQUESTS = 'http.client.request.start';

let engine: ListeningEngine;
beforeEach(async () => {
  engine = await listeningEngine();
});
afterEach(() => engine.close());

test('a request is sent without a description of all connections', async () => {
  let described = 0;
  const watch = (message: unknown): void => {
    const { agent } = (message as { readonly request: ClientRequest & { readonly agent: Agent } }).request;
    Object.assign(agent, { watched: { [inspect.custom]: () => `described ${(described += 1)}` } });
  };
  diagnostics.subscribe(REQUESTS, watch);
  try {
    engine.answers.set('GET /_ping', {});
    // The agent is known by the first one.
    for (let turn = 0; turn < 3; turn += 1) await engine.client.call((docker) => docker.ping());
  } finally {
    diagnostics.unsubscribe(REQUESTS, watch);
  }
  expect(engine.asked).toHaveLength(3);
  expect(described).toBe(0);
});
