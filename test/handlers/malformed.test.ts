import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { cyclone } from '../../src/app.js';
import type { Incoming } from '../../src/runs/incoming.js';
import { appAt, type LoggedApp, WEBHOOK_SECRET } from '../adapters/github/app.js';
import { type ScriptedServer, scriptedServer } from '../adapters/github/scripted-server.js';
import { damaged, type Payload, payload } from './payloads.js';

const APP = 1234;

let server: ScriptedServer;
let app: LoggedApp;
const kept: Incoming[] = [];
beforeAll(async () => {
  server = await scriptedServer();
  app = appAt(server);
  const intake = { add: (event: Incoming) => Promise.resolve(void kept.push(event)) };
  await app.probot.ready();
  await app.probot.load(cyclone({ intake, appId: APP, now: Date.now }));
});
afterAll(() => server.close());

function receive(name: string, body: unknown) {
  const text = JSON.stringify(body);
  const signature = `sha256=${createHmac('sha256', WEBHOOK_SECRET).update(text).digest('hex')}`;
  return app.webhooks.receive({ id: 'd1', name, signature, payload: text });
}

const { repository, sender, installation } = payload('check-suite-rerequested');
const ABOUT = { repository, sender, installation };
const MERGE_GROUP = {
  head_sha: 'a'.repeat(40),
  head_ref: 'refs/heads/gh-readonly-queue/main/pr-2-abc',
  base_sha: 'c'.repeat(40),
  base_ref: 'refs/heads/main',
  head_commit: { message: 'Merge' },
};

const EVENTS: readonly (readonly [string, Payload])[] = [
  ['push', payload('push')],
  ['pull_request', payload('pull-request-opened')],
  ['issue_comment', payload('issue-comment-created')],
  ['check_suite', payload('check-suite-rerequested')],
  ['check_run', payload('check-run-requested-action')],
  ['merge_group', { ...ABOUT, action: 'checks_requested', merge_group: MERGE_GROUP }],
  ['repository', { ...ABOUT, action: 'renamed' }],
  ['installation', { ...ABOUT, action: 'deleted', repositories: [{ id: 7 }] }],
  [
    'installation_repositories',
    { ...ABOUT, action: 'removed', repositories_added: [], repositories_removed: [{ id: 7 }] },
  ],
];

describe.each(EVENTS)('%s', (name, given) => {
  test('as GitHub sends it is kept, once', async () => {
    kept.length = 0;
    expect(await receive(name, given)).toBe('accepted');
    expect(kept).toHaveLength(1);
    expect(kept[0]).toMatchObject({ delivery: 'd1' });
  });

  test('damaged anywhere is refused or does without: it crashes nothing (row 11)', async () => {
    // Of what it holds in depth, the places that we read are near its top.
    const places = [...damaged(given)].filter(([where]) => where.split('.').length <= 3);
    for (const [where, broken] of places) {
      const result = await receive(name, broken);
      expect([where, ['accepted', 'bad_payload'].includes(result)]).toEqual([where, true]);
    }
    const refused = await Promise.all(
      ['repository', 'installation'].map((key) => receive(name, { ...given, [key]: 'x' })),
    );
    expect(refused).toContain('bad_payload');
  }, 30_000);

  test('that is anything at all is refused (row 11)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.object(), async (anything) => {
        const result = await receive(name, anything);
        expect(['accepted', 'bad_payload']).toContain(result);
      }),
      { numRuns: 30 },
    );
    expect(await receive(name, {})).toBe('bad_payload');
    expect(await receive(name, { action: { toString: 1 } })).toBe('bad_payload');
  }, 30_000);
});

test.each([
  { action: 5 },
  { installation: 'x' },
  { installation: { id: 'x' } },
  { installation: { id: 0.5 } },
])('an event of any name that holds %j is refused (row 11)', async (body) => {
  expect(await receive('star', body)).toBe('bad_payload');
});
