import { describe, expect, test } from '@jest/globals';
import { decodeInstallation, decodeInstallationRepositories } from '../../src/handlers/installation.js';
import { decodeMergeGroup } from '../../src/handlers/merge-group.js';
import { decodeRepository } from '../../src/handlers/repository.js';
import { changed, commitOf, type Payload, payload, valid } from './payloads.js';

const { repository, sender, installation, organization } = payload('check-suite-rerequested');
const ABOUT = { repository, sender, installation, organization };

describe('a repository', () => {
  test.each<[string, Payload]>([
    ['renamed', { changes: { repository: { name: { from: 'old' } } } }],
    ['deleted', {}],
  ])('that is %s is told as it is now', (action, more) => {
    const given = valid('repository', { ...ABOUT, action, ...more });
    expect(decodeRepository('d1', given)).toMatchObject({
      kind: 'repository_changed',
      delivery: 'd1',
      change: action,
      repository: { id: 5000000005, owner: 'octo-org', name: 'hello' },
    });
  });

  test.each(['transferred', 'edited', 'privatized', 'publicized'])('that is %s too', (action) => {
    expect(decodeRepository('d1', { ...ABOUT, action })).toMatchObject({ change: action });
  });

  test.each(['created', 'archived', 'constructor'])('that is %s is no news', (action) => {
    expect(decodeRepository('d1', { ...ABOUT, action })).toBeUndefined();
  });
});

describe('an installation', () => {
  const repositories = [{ id: 7, node_id: 'R_7', name: 'a', full_name: 'o/a', private: false }];
  const given = (action: string) => ({ ...ABOUT, action, repositories });

  test.each([
    ['created', 'created'],
    ['deleted', 'deleted'],
    ['suspend', 'suspended'],
    ['unsuspend', 'unsuspended'],
  ])('%s', (action, change) => {
    expect(decodeInstallation('d1', given(action))).toEqual({
      kind: 'installation_changed',
      delivery: 'd1',
      installation: 5000000006,
      change,
      repositories: [7],
    });
  });

  test('without a list of repositories names none', () => {
    const { repositories: _, ...rest } = given('suspend');
    expect(decodeInstallation('d1', rest)).toMatchObject({ change: 'suspended', repositories: [] });
  });

  test.each(['new_permissions_accepted', 'toString', '__proto__'])('%s is no news', (action) => {
    expect(decodeInstallation('d1', given(action))).toBeUndefined();
  });

  test.each(['added', 'removed'])('whose repositories are %s', (action) => {
    const lists = {
      repositories_added: [],
      repositories_removed: [],
      [`repositories_${action}`]: repositories,
    };
    expect(decodeInstallationRepositories('d1', { ...ABOUT, ...lists, action })).toMatchObject({
      change: `repositories_${action}`,
      repositories: [7],
    });
  });
});

describe('the merge queue', () => {
  const ref = 'refs/heads/gh-readonly-queue/main/pr-2-abc';
  const author = { name: 'Octo', email: 'o@example.com' };
  const head_commit = {
    id: 'a'.repeat(40),
    tree_id: 'b'.repeat(40),
    message: 'Merge pull request #2\n\nFix it',
    timestamp: '2026-01-05T09:30:00Z',
    author,
    committer: author,
  };
  const merge_group = {
    head_sha: 'a'.repeat(40),
    head_ref: ref,
    base_sha: 'c'.repeat(40),
    base_ref: 'refs/heads/main',
    head_commit,
  };

  test('wants a commit tested before it is merged', () => {
    const given = valid('merge_group', { ...ABOUT, action: 'checks_requested', merge_group });
    const { trigger, changes } = commitOf(decodeMergeGroup('d1', given));
    expect(trigger).toEqual({
      event: 'merge_group',
      sha: 'a'.repeat(40),
      ref,
      branch: 'gh-readonly-queue/main/pr-2-abc',
      base: 'main',
      fork: false,
      title: 'Merge pull request #2',
      message: head_commit.message,
      sender: 'octocat',
    });
    expect(changes).toEqual({ kind: 'compare', base: 'c'.repeat(40), head: 'a'.repeat(40), forced: false });
  });

  test('lets go of one', () => {
    const given = valid('merge_group', { ...ABOUT, action: 'destroyed', reason: 'dequeued', merge_group });
    expect(decodeMergeGroup('d1', given)).toMatchObject({ kind: 'ref_gone', ref, by: 'octocat' });
  });

  test('says other things to others', () => {
    expect(decodeMergeGroup('d1', changed(ABOUT, { action: 'merged' }))).toBeUndefined();
  });
});
