import { createHmac } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appAt, type LoggedApp, WEBHOOK_SECRET } from './app.js';
import { type ScriptedServer, scriptedServer } from './scripted-server.js';

let server: ScriptedServer;
let app: LoggedApp;
let handled: string[];
beforeEach(async () => {
  server = await scriptedServer();
  app = appAt(server);
  handled = [];
  await app.probot.ready();
  await app.probot.load((probot) => {
    probot.on('push', ({ id, payload }) => {
      handled.push(`${id} ${payload.ref}`);
      if (payload.ref === 'refs/heads/broken') {
        throw new Error('Redis is gone');
      }
    });
  });
});
afterEach(() => server.close());

function receive(payload: string, signature = sign(payload), name = 'push') {
  return app.webhooks.receive({ id: 'd1', name, signature, payload });
}

function sign(payload: string): string {
  return `sha256=${createHmac('sha256', WEBHOOK_SECRET).update(payload).digest('hex')}`;
}

const push = (ref: string) => JSON.stringify({ ref, installation: { id: 5 }, note: 'private words' });

describe('a webhook', () => {
  test('goes to its handler', async () => {
    expect(await receive(push('refs/heads/main'))).toBe('accepted');
    expect(handled).toEqual(['d1 refs/heads/main']);
  });

  test('is handed on with what it was signed with', async () => {
    const known: (string | undefined)[] = [];
    await app.probot.load((probot) => {
      probot.on('push', ({ payload }) => void known.push(app.webhooks.signatureOf(payload)));
    });
    const payload = push('refs/heads/main');
    await receive(payload);
    expect(known).toEqual([sign(payload)]);
    expect(app.webhooks.signatureOf({})).toBeUndefined();
  });

  test('that nobody handles is accepted', async () => {
    expect(await receive(push('refs/heads/main'), undefined, 'star')).toBe('accepted');
    expect(handled).toEqual([]);
  });

  test.each(['sha256=', `sha256=${'0'.repeat(64)}`, ''])('signed %p is refused', async (signature) => {
    expect(await receive(push('refs/heads/main'), signature)).toBe('bad_signature');
    expect(handled).toEqual([]);
  });

  test('altered on the way is refused', async () => {
    expect(await receive(push('refs/heads/main'), sign(push('refs/heads/other')))).toBe('bad_signature');
  });

  test.each(['not JSON', '[]', '"text"', 'null'])('%p is no payload', async (payload) => {
    expect(await receive(payload)).toBe('bad_payload');
  });

  test('whose handler fails was not kept; its payload is not logged', async () => {
    expect(await receive(push('refs/heads/broken'))).toBe('unavailable');
    expect(app.logged).toContain(JSON.stringify({ detail: 'Redis is gone', message: 'Probot' }));
    expect(app.logged.join('\n')).not.toContain('private words');
  });
});

test("Probot's own Octokit does not try again by itself, and asks our GitHub", async () => {
  server.answer({ status: 502 });
  const octokit = await app.probot.auth(77);
  await expect(octokit.request('GET /installation/repositories')).rejects.toMatchObject({ status: 502 });
  expect(server.asked.map(({ path }) => path)).toEqual(['/installation/repositories']);
});

test('without a secret nothing starts', () => {
  expect(() => appAt(server, { webhookSecret: '' })).toThrow('webhook secret');
});
