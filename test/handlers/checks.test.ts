import { describe, expect, test } from '@jest/globals';
import { decodeCheckRun } from '../../src/handlers/check-run.js';
import { decodeCheckSuite } from '../../src/handlers/check-suite.js';
import { changed, type Payload, payload, valid } from './payloads.js';

const PRESSED = payload('check-run-requested-action');
const SUITE = payload('check-suite-rerequested');
const APP = 1234;
const NOW = 1_790_000_000_000;

const run = (given: Payload, appId = APP) => decodeCheckRun('d1', given, { appId, now: () => NOW });
const { requested_action: _, ...UNPRESSED } = PRESSED;
const RERUN = { ...UNPRESSED, action: 'rerequested' };
const sha = (PRESSED['check_run'] as { head_sha: string }).head_sha;

describe('a check of ours', () => {
  test('that is to run again', () => {
    expect(run(valid('check_run', RERUN))).toMatchObject({
      kind: 'rerun_asked',
      delivery: 'd1',
      sha,
      externalId: '7/build',
      by: 'octocat',
    });
  });

  test('whose button is pressed, with when we heard it', () => {
    expect(run(valid('check_run', PRESSED))).toMatchObject({
      kind: 'button_pressed',
      sha,
      externalId: '7/build',
      identifier: 'cancel',
      by: 'octocat',
      at: NOW,
    });
  });

  test('that we made or ended is no news', () => {
    expect(run(changed(UNPRESSED, { action: 'created' }))).toBeUndefined();
    expect(run(changed(UNPRESSED, { action: 'completed' }))).toBeUndefined();
  });
});

test.each([
  ['another App’s', { app: { id: 99 } }],
  ['nobody’s', { app: null }],
  ['without an id of ours', { external_id: '' }],
  ['without any id', { external_id: null }],
])('a check that is %s is left alone', (_name, check) => {
  expect(run(changed(RERUN, { check_run: check }))).toBeUndefined();
  expect(run(changed(PRESSED, { check_run: check }))).toBeUndefined();
});

test('a button without a name is none', () => {
  expect(run(changed(PRESSED, { requested_action: null }))).toBeUndefined();
});

describe('all checks of a commit', () => {
  test('are to run again', () => {
    const event = decodeCheckSuite('d1', valid('check_suite', SUITE), APP);
    const { head_sha } = SUITE['check_suite'] as { head_sha: string };
    expect(event).toMatchObject({ kind: 'rerun_asked', sha: head_sha, by: 'octocat' });
    expect(event).not.toHaveProperty('externalId');
  });

  test('of another App are its own', () => {
    expect(decodeCheckSuite('d1', SUITE, 99)).toBeUndefined();
    const nobodys = changed(SUITE, { check_suite: { app: null } });
    expect(decodeCheckSuite('d1', nobodys, APP)).toBeUndefined();
  });

  test.each(['requested', 'completed'])('that GitHub calls %s are no news', (action) => {
    expect(decodeCheckSuite('d1', changed(SUITE, { action }), APP)).toBeUndefined();
  });
});
