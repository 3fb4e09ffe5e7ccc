import { describe, expect, test } from '@jest/globals';
import { decodePullRequest } from '../../src/handlers/pull-request.js';
import { changed, commitOf, type Payload, payload, valid } from './payloads.js';

const OPENED = payload('pull-request-opened');
const OF_FORK = payload('pull-request-opened-fork');
const SHA = 'a'.repeat(40);

const pull = (change: Payload) => valid('pull_request', changed(OPENED, change));
const decoded = (given: Payload) => decodePullRequest('d1', given);
const headOf = (given: Payload) => (given['pull_request'] as { head: { sha: string } }).head.sha;

describe('a pull request that is opened', () => {
  test('is its head, and what it brings', () => {
    const event = commitOf(decoded(valid('pull_request', OPENED)));
    expect(event).toMatchObject({ delivery: 'd1', repository: { owner: 'octo-org', name: 'hello' } });
    expect(event.trigger).toEqual({
      event: 'pull_request',
      sha: headOf(OPENED),
      ref: 'refs/pull/1/head',
      branch: 'feature',
      pullRequest: 1,
      base: 'main',
      action: 'opened',
      fork: false,
      title: 'Merge feature',
      message: '',
      sender: 'octocat',
    });
    const base = (OPENED['pull_request'] as { base: { sha: string } }).base.sha;
    expect(event.changes).toEqual({ kind: 'compare', base, head: headOf(OPENED), forced: false });
  });

  test('from a fork is fetched from here, and its branch is none of ours', () => {
    const { trigger, repository } = commitOf(decoded(valid('pull_request', OF_FORK)));
    expect(trigger).toMatchObject({
      fork: true,
      ref: 'refs/pull/2/head',
      sha: headOf(OF_FORK),
      sender: 'stranger',
    });
    expect(trigger).not.toHaveProperty('branch');
    expect(repository.owner).toBe('octo-org');
  });

  test('from a fork that is gone is a fork’s', () => {
    // GitHub's schema does not know it, and GitHub sends it.
    const event = decoded(changed(OF_FORK, { pull_request: { head: { repo: null } } }));
    expect(commitOf(event).trigger).toMatchObject({ fork: true, sha: headOf(OF_FORK) });
  });

  test('from a branch called like another’s ref names no ref of ours', () => {
    const head = { ref: 'refs/tags/v1' };
    expect(commitOf(decoded(pull({ pull_request: { head } }))).trigger).toMatchObject({
      ref: 'refs/pull/1/head',
      event: 'pull_request',
    });
  });
});

test.each(['reopened', 'ready_for_review'])('one that is %s wants its head tested', (action) => {
  expect(commitOf(decoded(pull({ action }))).trigger).toMatchObject({ action, sha: headOf(OPENED) });
});

test('a new head wants to be tested', () => {
  const more = { action: 'synchronize', before: headOf(OPENED), after: SHA };
  const event = decoded(pull({ ...more, pull_request: { head: { sha: SHA } } }));
  expect(commitOf(event).trigger).toMatchObject({
    action: 'synchronize',
    sha: SHA,
    before: headOf(OPENED),
  });
});

test('one that is to go to another branch is compared with that', () => {
  const changes = { base: { ref: { from: 'main' }, sha: { from: SHA } } };
  const event = decoded(pull({ action: 'edited', changes, pull_request: { base: { ref: 'stable' } } }));
  expect(commitOf(event).trigger).toMatchObject({ action: 'edited', base: 'stable' });
});

test('one with a new title alone is as it was', () => {
  expect(decoded(pull({ action: 'edited', changes: { title: { from: 'Old' } } }))).toBeUndefined();
});

test('one that is closed is told with who closed it', () => {
  expect(decoded(changed(OPENED, { action: 'closed' }))).toMatchObject({
    kind: 'pull_closed',
    pull: 1,
    by: 'octocat',
    delivery: 'd1',
  });
});

test.each(['labeled', 'assigned', 'locked', 'converted_to_draft', 'an action to come'])(
  'one that is %s changes nothing',
  (action) => {
    expect(decoded(changed(OPENED, { action }))).toBeUndefined();
  },
);
