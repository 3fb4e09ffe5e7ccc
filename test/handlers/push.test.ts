import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { InvalidPayload } from '../../src/handlers/payload.js';
import { decodePush } from '../../src/handlers/push.js';
import { commitOf, type Payload, payload, valid } from './payloads.js';

/** As GitHub sends it when a commit is pushed to a branch. */
const PUSH = payload('push');
const COMMIT = '2afc1898bcf63cff075fa394969368c2fa51f7a0';
const BEFORE = PUSH['before'] as string;
const TAG_OBJECT = 'b'.repeat(40);
const NOTHING = '0'.repeat(40);

/** The push with some of it changed, still as GitHub's own schema wants it. */
const push = (change: Payload = {}): Payload => valid('push', { ...PUSH, ...change });
const pushed = (payload: Payload) => commitOf(decodePush('d1', payload));
const triggerOf = (payload: Payload) => pushed(payload).trigger;

describe('a push', () => {
  test('to a branch is what it says', () => {
    expect(decodePush('72d3162e', push())).toEqual({
      kind: 'commit',
      delivery: '72d3162e',
      repository: {
        id: 5000000005,
        owner: 'octo-org',
        name: 'hello',
        private: false,
        cloneUrl: 'https://github.example/octo-org/hello.git',
        htmlUrl: 'https://github.example/octo-org/hello',
        defaultBranch: 'main',
        installationId: 5000000006,
      },
      trigger: {
        before: BEFORE,
        event: 'push',
        branch: 'main',
        sha: COMMIT,
        ref: 'refs/heads/main',
        fork: false,
        title: 'Say hello',
        message: 'Say hello\n\nTwice, if need be.',
        sender: 'octocat',
      },
      changes: { kind: 'known', paths: [] },
    });
  });

  test.each([
    ['tags-x', 'tags-x'],
    ['tags/v1', 'tags/v1'],
    ['refs/tags/v1', 'refs/tags/v1'],
    ['feature/größe', 'feature/größe'],
    ['gh-readonly-queues', 'gh-readonly-queues'],
  ])('to the branch %s is no tag', (branch, read) => {
    const trigger = triggerOf(push({ ref: `refs/heads/${branch}` }));
    expect(trigger).toMatchObject({ event: 'push', branch: read });
    expect(trigger).not.toHaveProperty('tag');
  });

  test.each(['v1.0', 'release/2026', 'heads/main'])('of the tag %s is no branch', (tag) => {
    const trigger = triggerOf(push({ ref: `refs/tags/${tag}`, created: true, commits: [] }));
    expect(trigger).toMatchObject({ event: 'tag', tag, sha: COMMIT });
    expect(trigger).not.toHaveProperty('branch');
  });

  test('of an annotated tag is for the commit that it marks', () => {
    const trigger = triggerOf(push({ ref: 'refs/tags/v1', after: TAG_OBJECT, created: true, commits: [] }));
    expect(trigger).toMatchObject({ event: 'tag', sha: COMMIT, title: 'Say hello' });
  });

  test('that moves a branch by force is one all the same', () => {
    expect(triggerOf(push({ forced: true }))).toMatchObject({ event: 'push', sha: COMMIT });
  });

  test('without a head commit has no words, and its commit by `after`', () => {
    expect(triggerOf(push({ head_commit: null }))).toMatchObject({ sha: COMMIT, title: '', message: '' });
  });

  test('without a sender is its pusher’s', () => {
    const { sender: _, ...rest } = push({ pusher: { name: 'deploy-key', email: null } });
    expect(triggerOf(rest)).toMatchObject({ sender: 'deploy-key' });
  });

  test('of a new branch was nowhere before', () => {
    expect(triggerOf(push({ created: true, before: NOTHING, commits: [] }))).not.toHaveProperty('before');
  });

  test('of a private repository is private', () => {
    const repository = { ...(PUSH['repository'] as Payload), private: true, visibility: 'private' };
    expect(pushed(push({ repository })).repository.private).toBe(true);
  });
});

describe('what a push changed', () => {
  const [COMMITTED] = PUSH['commits'] as Payload[];
  const commit = (lists: Payload): Payload => ({ ...COMMITTED, ...lists });
  const changesOf = (change: Payload) => pushed(push(change)).changes;
  const compare = { kind: 'compare', base: BEFORE, head: COMMIT, forced: false };

  test('is in its commits: added, modified and removed, each once', () => {
    const commits = [
      commit({ added: ['a', 'b/c'], modified: [], removed: [] }),
      commit({ added: [], modified: ['a'], removed: ['old'] }),
    ];
    expect(changesOf({ commits })).toEqual({ kind: 'known', paths: ['a', 'b/c', 'old'] });
  });

  test('may be nothing at all', () => {
    expect(changesOf({ commits: [commit({ added: [], modified: [], removed: [] })] })).toEqual({
      kind: 'known',
      paths: [],
    });
  });

  test('is asked for when the commits may not be all', () => {
    const one = commit({ added: ['a'] });
    expect(changesOf({ commits: [] })).toEqual(compare);
    expect(changesOf({ commits: Array.from({ length: 2048 }, () => one) })).toEqual(compare);
    const many = Array.from({ length: 3001 }, (_, index) => `file-${String(index)}`);
    expect(changesOf({ commits: [commit({ added: many })] })).toEqual(compare);
    expect(changesOf({ commits: [commit({ added: many.slice(1) })] })).toMatchObject({ kind: 'known' });
    const { modified: _, ...partial } = one;
    expect(changesOf({ commits: [partial] })).toEqual(compare);
  });

  test('by force is what came and what went', () => {
    expect(changesOf({ forced: true, commits: [commit({ added: ['a'] })] })).toEqual({
      ...compare,
      forced: true,
    });
  });

  test('on a new branch is what the default one does not have', () => {
    const created = { ref: 'refs/heads/new', created: true, before: NOTHING, commits: [commit({})] };
    expect(changesOf(created)).toEqual({ ...compare, base: 'main' });
    expect(changesOf({ ...created, ref: 'refs/heads/main' })).toBeUndefined();
  });

  test('is no question of a tag', () => {
    expect(changesOf({ ref: 'refs/tags/v1', created: true, commits: [] })).toBeUndefined();
  });
});

test.each(['refs/heads/main', 'refs/tags/v1'])('%s that is deleted is gone', (ref) => {
  const deletion = { ref, after: NOTHING, deleted: true, head_commit: null, commits: [] };
  expect(decodePush('d1', push(deletion))).toMatchObject({ kind: 'ref_gone', ref, by: 'octocat' });
});

describe('nothing is to be done when', () => {
  test.each(['refs/heads/gh-readonly-queue/main/pr-1-abc', 'refs/notes/commits', 'refs/pull/1/head'])(
    '%s is pushed',
    (ref) => {
      expect(decodePush('d1', push({ ref }))).toBeUndefined();
    },
  );
});

describe('a payload that is none of GitHub’s', () => {
  const without = (name: string): Payload =>
    Object.fromEntries(Object.entries(PUSH).filter(([key]) => key !== name));

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'push'],
    ['a list', [PUSH]],
    ['no ref', without('ref')],
    ['no repository', without('repository')],
    ['no installation', without('installation')],
    ['no word on deletion', without('deleted')],
    ['a short commit', { ...PUSH, after: 'abc123' }],
    ['a commit that is a path', { ...PUSH, head_commit: { id: '../../etc/passwd', message: '' } }],
    [
      'a repository without an owner',
      { ...PUSH, repository: { ...(PUSH['repository'] as Payload), owner: null } },
    ],
    ['an id that is a text', { ...PUSH, installation: { id: '5' } }],
  ])('%s', (_, payload) => {
    expect(() => decodePush('d1', payload)).toThrow(InvalidPayload);
  });

  test('is refused whatever it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (payload) => {
        expect(() => decodePush('d1', payload)).toThrow(InvalidPayload);
      }),
    );
  });

  test('is refused wherever it is damaged', () => {
    const needed = ['ref', 'after', 'deleted', 'repository', 'installation'];
    fc.assert(
      fc.property(
        fc.constantFrom(...needed),
        fc.oneof(fc.constant(null), fc.double(), fc.array(fc.string())),
        (key, damage) => {
          expect(() => decodePush('d1', { ...PUSH, [key]: damage })).toThrow(InvalidPayload);
        },
      ),
    );
  });
});
