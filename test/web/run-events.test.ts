import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { createAddresses } from '../../src/web/links.js';
import { SIGNING_KEY, type Site, startSite } from './harness.js';
import { runView } from './runs.js';

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.stop());

/** Reads until so many events came. */
async function changes(answer: IncomingMessage, count: number): Promise<readonly string[]> {
  let text = '';
  for await (const chunk of answer) {
    text += String(chunk);
    if ([...text.matchAll(/^event: changed$/gm)].length >= count) break;
  }
  return [...text.matchAll(/^(?:event|data): ?(.*)$/gm)].map(([, value = '']) => value);
}

/** Nothing before the connection counts: the server says when it stands. */
async function connected(path: string): Promise<IncomingMessage> {
  const answer = await site.open(path);
  await new Promise((resolve) => answer.once('readable', resolve));
  return answer;
}

describe('events', () => {
  test('of a run are its changes, without saying more', async () => {
    site.runs.put(runView({ id: 1 }));
    const answer = await connected('/runs/1/events');
    expect(answer.headers['content-type']).toContain('text/event-stream');
    expect(answer.headers['cache-control']).toContain('no-transform');
    site.feed.changed(2);
    site.feed.changed(1);
    expect(await changes(answer, 1)).toEqual(['changed', '']);
  });

  test('of everything come for any run', async () => {
    const answer = await connected('/events');
    site.feed.changed(2);
    site.feed.changed(0);
    expect(await changes(answer, 2)).toEqual(['changed', '', 'changed', '']);
  });

  test('of a private run are for those who may see it', async () => {
    site.runs.put(runView({ id: 1, private: true }));
    expect((await site.ask('/runs/1/events')).status).toBe(404);
    const signed = new URL(createAddresses('http://x', SIGNING_KEY).events(1, true));
    const answer = await connected(signed.pathname + signed.search);
    expect(answer.headers['cache-control']).toContain('no-store');
    site.feed.changed(1);
    expect(await changes(answer, 1)).toEqual(['changed', '']);
  });

  test('end when the server does', async () => {
    const answer = await connected('/events');
    const closed = new Promise((resolve) => answer.once('close', resolve));
    answer.on('error', () => undefined);
    answer.resume();
    site.closeStreams();
    await closed;
    expect(answer.complete).toBe(false);
  });
});
