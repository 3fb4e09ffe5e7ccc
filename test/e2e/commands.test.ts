import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { CheckRun, Comment, PullRequest } from '../fakes/github/state/model.js';
import { openWorld, type World } from './support/world.js';

const REPOSITORY = 'acme/talk';

/** pre_build fails, integration is skipped for it, and lint runs beside them. */
const FAILING = `pre_build: { image: cyclone-test/busybox:1, commands: ["false"] }
integration: { image: cyclone-test/busybox:1, commands: ["true"] }
stages:
  lint: { image: cyclone-test/busybox:1, commands: ["true"] }
`;
const SLOW = 'pre_build: { image: cyclone-test/busybox:1, commands: [sleep 60] }\n';

let world: World;
let pull: PullRequest;

beforeAll(async () => {
  world = await openWorld();
  await world.start();
  const { github } = world;
  const files = { 'caicloud.yml': FAILING };
  await github.createRepository({ owner: 'acme', name: 'talk', files });
  github.people.add(REPOSITORY, 'writer', { permission: 'write' });
  github.people.add(REPOSITORY, 'reader', { permission: 'read' });
  pull = await open('feature', FAILING);
}, 90_000);
afterEach(() => world.github.expectClean());
afterAll(() => world.close(), 30_000);

/** A pull request of that file, all of whose checks are over. */
async function open(from: string, file: string): Promise<PullRequest> {
  const files = { 'caicloud.yml': `${file}# ${from}\n` };
  const opened = await world.github.pulls.open(REPOSITORY, { from, files, by: 'writer' });
  await world.concluded(REPOSITORY, opened.head.sha);
  return opened;
}

const say = (by: string, body: string, on = pull): Comment => world.github.comments.add(on, by, body);
const reactions = (comment: Comment): readonly string[] => comment.reactions.map(({ content }) => content);

/** The reactions to a comment, when there are so many. */
async function answered(comment: Comment, count = 2): Promise<readonly string[]> {
  await world.github.waitFor(() => comment.reactions.length >= count, {
    what: `${String(count)} reactions to ${comment.body}`,
  });
  return reactions(comment);
}

/** How often a check of the commit was completed, each name being there once. */
function completions(sha = pull.head.sha): Record<string, number> {
  const checks = world.github.checkRuns(REPOSITORY, sha);
  const names = checks.map(({ state }) => state.name);
  expect(names).toHaveLength(new Set(names).size);
  return Object.fromEntries(checks.map((check) => [check.state.name, timesCompleted(check)]));
}

function timesCompleted({ history }: CheckRun): number {
  return history.filter(
    ({ state }, at) => state.status === 'completed' && history[at - 1]?.state.status !== 'completed',
  ).length;
}

/** What is said or delivered from now on is held back until what `meanwhile` does has happened. */
async function late(comment: () => Comment, meanwhile: (comment: Comment) => unknown): Promise<Comment> {
  const { deliveries } = world.github;
  deliveries.pause();
  try {
    const written = comment();
    await meanwhile(written);
    return written;
  } finally {
    deliveries.resume();
  }
}

/** All that was delivered before is carried out: an answer comes after it. */
async function settled(on = pull): Promise<void> {
  if (on.state === 'closed') await world.github.pulls.reopen(on);
  await answered(say('writer', '/status', on));
  await sleep(500);
}

describe('by someone who may write', () => {
  test('/test runs what it names, and what depends on it', async () => {
    const before = completions();
    expect(await answered(say('writer', 'Again, please.\r\n\r\n/test lint'))).toEqual(['eyes', 'rocket']);
    await world.github.waitFor(() => completions()['cyclone/lint'] === (before['cyclone/lint'] ?? 0) + 1);
    await world.concluded(REPOSITORY, pull.head.sha);
    expect(completions()['cyclone/pre_build']).toBe(before['cyclone/pre_build']);
  }, 60_000);

  test('/retest runs what failed', async () => {
    const before = completions();
    expect(await answered(say('writer', '/cyclone retest'))).toEqual(['eyes', 'rocket']);
    await world.github.waitFor(
      () => completions()['cyclone/pre_build'] === (before['cyclone/pre_build'] ?? 0) + 1,
    );
    await world.concluded(REPOSITORY, pull.head.sha);
    expect(completions()['cyclone/lint']).toBe(before['cyclone/lint']);
  }, 60_000);

  test('/cancel ends what runs, and says by whom', async () => {
    const files = { 'caicloud.yml': SLOW };
    const slow = await world.github.pulls.open(REPOSITORY, { from: 'slow', files, by: 'writer' });
    const running = (): CheckRun | undefined =>
      world.github
        .checkRuns(REPOSITORY, slow.head.sha)
        .find(({ state }) => state.name === 'cyclone/pre_build' && state.status === 'in_progress');
    await world.github.waitFor(running);
    expect(await answered(say('writer', '/cancel', slow))).toEqual(['eyes', 'rocket']);
    const checks = await world.concluded(REPOSITORY, slow.head.sha);
    expect(checks.get('cyclone')?.state).toMatchObject({
      conclusion: 'cancelled',
      title: 'Cancelled by writer',
    });
    expect(await answered(say('writer', '/cancel', slow))).toEqual(['eyes', 'confused']);
  }, 60_000);

  test('/approve and /deploy are for a day to come, and a wrong word is asked about', async () => {
    expect(await answered(say('writer', '/approve lint'))).toEqual(['eyes', 'confused']);
    expect(await answered(say('writer', '/deploy prod'))).toEqual(['eyes', 'confused']);
    expect(await answered(say('writer', '/retset'))).toEqual(['eyes', 'confused']);
    expect(await answered(say('writer', '/test lnit'))).toEqual(['eyes', 'confused']);
  }, 60_000);

  test('a command that is delivered twenty times has one effect', async () => {
    const before = completions();
    const comment = say('writer', '/test lint');
    await answered(comment);
    const [delivery] = world.github.deliveries.all('issue_comment').slice(-1);
    for (let times = 1; times < 20; times += 1) world.github.deliveries.redeliver(delivery!.id);
    await settled();
    await world.concluded(REPOSITORY, pull.head.sha);
    expect(completions()['cyclone/lint']).toBe((before['cyclone/lint'] ?? 0) + 1);
    expect(reactions(comment)).toEqual(['eyes', 'rocket']);
  }, 60_000);
});

describe.each(['writer', 'reader', 'stranger'])('by %s', (who) => {
  test.each(['/status', '/why lint', '/help', '/cyclone'])(
    '%s is answered',
    async (body) => {
      expect(await answered(say(who, body))).toEqual(['eyes', '+1']);
    },
    30_000,
  );
});

describe.each(['reader', 'stranger'])('by %s', (who) => {
  test('what runs or spends is refused', async () => {
    const before = completions();
    const bodies = ['/test', '/retest', '/cancel', '/ok-to-test', '/approve lint', '/deploy prod'];
    const comments = bodies.map((body) => say(who, body));
    for (const comment of comments) expect(await answered(comment, 1)).toEqual(['-1']);
    await settled();
    expect(completions()).toEqual(before);
  }, 60_000);
});

test('a role that was revoked since the comment is none (row 13)', async () => {
  const { people } = world.github;
  people.add(REPOSITORY, 'former', { permission: 'write' });
  const before = completions();
  const comment = await late(
    () => say('former', '/test'),
    () => people.remove(REPOSITORY, 'former'),
  );
  expect(await answered(comment, 1)).toEqual(['-1']);
  expect(completions()).toEqual(before);
}, 30_000);

describe('command spoofing (row 13)', () => {
  test('what is no command has no effect', async () => {
    const before = completions();
    const bodies = [
      '```\n/test\n```',
      '`/test`',
      '    /test',
      '> /test',
      '> why?\n/test',
      '<!--\n/test\n-->',
      '<details>\n\n/test\n\n</details>',
      'please /test',
      '／test',
      '/tеst',
      '\u200b/test',
      '/te\u200bst',
      '/lgtm',
    ];
    const comments = bodies.map((body) => say('writer', body));
    comments.push(say('helper[bot]', '/test'));
    await settled();
    for (const comment of comments) expect([comment.body, reactions(comment)]).toEqual([comment.body, []]);
    expect(completions()).toEqual(before);
  }, 60_000);

  test('on a plain issue has no effect', async () => {
    const issue = world.github.issues.open(REPOSITORY, 'It is slow', 'writer');
    const comment = world.github.comments.add(issue, 'writer', '/test');
    await settled();
    expect(reactions(comment)).toEqual([]);
  }, 30_000);

  test('what was edited or deleted meanwhile has no effect, nor has the edit', async () => {
    const { comments } = world.github;
    const before = completions();
    const old = say('writer', 'Nothing.');
    comments.edit(old, '/test');
    const edited = await late(
      () => say('writer', '/test'),
      (comment) => comments.edit(comment, '/test lint'),
    );
    const others = await late(
      () => say('reader', '/status'),
      (comment) => comments.edit(comment, '/test', 'writer'),
    );
    const removed = await late(
      () => say('writer', '/test'),
      (comment) => comments.remove(comment),
    );
    await settled();
    expect([old, edited, others, removed].map(reactions)).toEqual([[], [], [], []]);
    expect(completions()).toEqual(before);
  }, 60_000);

  test('on a pull request that is closed, before or meanwhile, has no effect', async () => {
    const { pulls } = world.github;
    const closing = await open('closing', FAILING);
    const sha = closing.head.sha;
    const before = completions(sha);
    const meanwhile = await late(
      () => say('writer', '/test', closing),
      () => pulls.close(closing),
    );
    const after = say('writer', '/test', closing);
    await settled();
    expect([meanwhile, after].map(reactions)).toEqual([[], []]);
    expect(completions(sha)).toEqual(before);
  }, 60_000);
});

describe('a head that moved between the comment and its handling', () => {
  test('is the one that /test runs', async () => {
    const moving = await open('moving', FAILING);
    const old = moving.head.sha;
    const before = completions(old);
    const comment = await late(
      () => say('writer', '/test', moving),
      () => world.github.pulls.push(moving, { files: { more: 'more' } }),
    );
    expect(moving.head.sha).not.toBe(old);
    expect(await answered(comment)).toEqual(['eyes', 'rocket']);
    const checks = await world.concluded(REPOSITORY, moving.head.sha);
    expect(checks.get('cyclone')?.state.conclusion).toBe('failure');
    expect(completions(old)).toEqual(before);
  }, 60_000);

  test('is not what /ok-to-test has allowed (row 12)', async () => {
    const { github } = world;
    const files = { 'caicloud.yml': FAILING };
    const forked = await github.pulls.open(REPOSITORY, { from: 'fix', fork: 'stranger', files });
    const waits = async (): Promise<void> => {
      const checks = await world.concluded(REPOSITORY, forked.head.sha);
      expect(checks.get('cyclone')?.state.conclusion).toBe('action_required');
    };
    await waits();
    // What is older than a comment by less than its second may be what nobody has seen.
    await sleep(1100);
    const comment = await late(
      () => say('writer', '/ok-to-test', forked),
      () => github.pulls.push(forked, { files: { evil: 'evil' } }),
    );
    expect(await answered(comment)).toEqual(['eyes', 'confused']);
    await waits();
    expect(await answered(say('reader', '/ok-to-test', forked), 1)).toEqual(['-1']);
    const allowed = say('writer', `/ok-to-test ${forked.head.sha.slice(0, 7)}`, forked);
    expect(await answered(allowed)).toEqual(['eyes', 'rocket']);
    await github.waitFor(() => 'cyclone/pre_build' in completions(forked.head.sha));
    const checks = await world.concluded(REPOSITORY, forked.head.sha);
    expect(checks.get('cyclone/pre_build')?.state.conclusion).toBe('failure');
  }, 60_000);
});
