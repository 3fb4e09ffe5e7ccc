import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { ApiRun } from '../../src/web/api-run.js';
import type { Fault } from '../fakes/github/faults.js';
import type { CheckRun, Comment, PullRequest } from '../fakes/github/state/model.js';
import type { Delivery } from '../fakes/github/webhooks/deliveries.js';
import { shuffled } from '../fakes/github/webhooks/delivery-faults.js';
import { gitPush } from './support/push.js';
import { openWorld, type World } from './support/world.js';

let world: World;
beforeAll(async () => {
  // Beside those that do not end by themselves.
  world = await openWorld({ CYCLONE_CONCURRENCY: '4' });
  await world.start();
}, 60_000);
afterEach(async () => {
  const { github } = world;
  github.faults.clear();
  github.deliveries.faults.clear();
  expect(await world.leftovers()).toEqual([]);
  github.expectClean();
}, 30_000);
afterAll(() => world.close(), 30_000);

const pipeline = (command: string) => ({
  'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: ["${command}"] }\n`,
});
const QUICK = pipeline('true');
/** Of a commit that is not to stay: that it ends at all shows that it was ended. */
const endless = (n: number) => pipeline(`sleep 60${String(n)}`);
const PASSED = { cyclone: 'success', 'cyclone/pre_build': 'success' };

/** Commits, by what is to become of them. */
interface Commits {
  readonly main: string;
  /** Of a branch with a pull request: two that were superseded, and its head. */
  readonly old: readonly [string, string];
  readonly head: string;
  /** Of a branch and its pull request that are no more. */
  readonly gone: string;
  readonly queued: string;
  readonly group: string;
  /** Of a branch and a tag. */
  readonly release: string;
  /** Of a stranger: one nobody has allowed, and the head. */
  readonly strange: string;
  readonly allowed: string;
}

interface Storm {
  readonly repository: string;
  readonly commits: Commits;
  readonly fork: PullRequest;
  readonly command: Comment;
  /** How often the checks of main were written before. */
  readonly written: number;
}

/** Everything happens while GitHub tells nothing of it. */
async function brew(name: string): Promise<Storm> {
  const { github } = world;
  const repository = `acme/${name}`;
  await github.createRepository({ owner: 'acme', name });
  const main = await github.push(repository, { files: QUICK });
  const built = await world.concluded(repository, main);
  const written = writes(repository, main);
  github.deliveries.pause();

  const first = await github.push(repository, { branch: 'feature', files: endless(0) });
  const pull = await github.pulls.open(repository, { from: 'feature' });
  const second = await github.pulls.push(pull, { files: endless(1) });
  await github.pulls.close(pull);
  await github.pulls.reopen(pull);
  const head = await github.pulls.push(pull, { files: QUICK });

  const gone = await github.pulls.open(repository, { from: 'gone', files: endless(2) });
  await github.removeBranch(repository, 'gone');

  const queued = await github.pulls.open(repository, { from: 'queued', files: { a: 'a' } });
  const group = await github.queue.enqueue(queued);
  const release = await gitPush(github, { repository, files: QUICK, branch: 'release', tag: 'v1' });

  const fork = await github.pulls.open(repository, { from: 'f', fork: `of-${name}`, files: endless(3) });
  const strange = fork.head.sha;
  const allowed = await github.pulls.push(fork, { files: QUICK });
  const command = github.comments.add(fork, 'octocat', okToTest(allowed));

  github.checks.rerequest(built.get('cyclone/pre_build')!);
  await github.checks.rerequestAll(built.get('cyclone')!);
  const ours = { main, old: [first, second] as const, head, gone: gone.head.sha, release };
  const commits = { ...ours, queued: queued.head.sha, group: group.headSha, strange, allowed };
  return { repository, commits, fork, command, written };
}

const okToTest = (sha: string): string => `/ok-to-test ${sha.slice(0, 7)}`;

/** All of it twice, in an order that the seed decides, and some of it several times at once. */
function breakLoose(seed: number): void {
  const { deliveries } = world.github;
  deliveries.faults.add({ fault: { kind: 'repeated', copies: 3 }, after: seed % 5, times: 10 });
  deliveries.resume((held: readonly Delivery[]) => shuffled(seed)([...held, ...held]));
}

const shasOf = ({ old, ...others }: Commits): readonly string[] => [...old, ...Object.values(others)];
const checksOf = (repository: string, sha: string): CheckRun[] => world.github.checkRuns(repository, sha);
const writes = (repository: string, sha: string): number =>
  checksOf(repository, sha).reduce((sum, { history }) => sum + history.length, 0);

/** Waits until GitHub has said all, all checks are over, and nothing has been asked of it for a while. */
async function calm({ repository, commits, command, written }: Storm): Promise<void> {
  const { github } = world;
  const isOver = (sha: string): boolean => {
    const checks = checksOf(repository, sha);
    return (
      checks.some(({ state }) => state.name === 'cyclone') &&
      checks.every(({ state }) => state.status === 'completed')
    );
  };
  const isCalm = (): boolean =>
    github.deliveries.all().every(({ response }) => response !== undefined) &&
    command.reactions.length > 1 &&
    writes(repository, commits.main) > written &&
    shasOf(commits).every(isOver);
  for (let asked = -1; asked !== github.requests().length; ) {
    await github.waitFor(isCalm, { what: `calm in ${repository}`, timeoutMs: 45_000 }).catch((error) => {
      throw new Error(`${String(error)}\n${JSON.stringify(fates(repository, commits), undefined, 1)}`);
    });
    asked = github.requests().length;
    await sleep(1500);
  }
}

/** `check: conclusion` on a commit; each name stands there once. */
function conclusionsOn(repository: string, sha: string): Record<string, string | null> {
  const checks = checksOf(repository, sha);
  const names = checks.map(({ state }) => state.name);
  expect(names).toEqual([...new Set(names)]);
  return Object.fromEntries(checks.map(({ state }) => [state.name, state.conclusion]));
}

/** By what is said of each commit, for a failure to show. */
const fates = (repository: string, commits: Commits): unknown =>
  shasOf(commits).map((sha) => [
    sha,
    checksOf(repository, sha).map(({ state: { name, status, title } }) => [name, status, title]),
  ]);

/** All checks of a commit are of its newest run, and say of it what it says. */
async function newestDecides(repository: string, shas: readonly string[]): Promise<void> {
  const answer = await fetch(`${world.server().url}/api/runs?repo=${repository}&per_page=100`);
  const { runs } = (await answer.json()) as { runs: readonly ApiRun[] };
  expect(runs.filter(({ status }) => status !== 'completed')).toEqual([]);
  for (const sha of shas) {
    const newest = Math.max(...runs.filter(({ head_sha }) => head_sha === sha).map(({ id }) => id));
    const checks = checksOf(repository, sha);
    expect(new Set(checks.map(({ state }) => state.externalId?.split('/')[0]))).toEqual(
      new Set([String(newest)]),
    );
    expect(checks.find(({ state }) => state.name === 'cyclone')?.state.conclusion).toBe(
      runs.find(({ id }) => id === newest)?.conclusion,
    );
  }
}

async function rightInTheEnd(storm: Storm): Promise<void> {
  const { repository, commits, fork, command } = storm;
  await calm(storm);
  const on = (sha: string) => conclusionsOn(repository, sha);
  const titles = (sha: string) => checksOf(repository, sha).map(({ state }) => state.title);
  const { main, head, queued, group, release, strange, allowed, old, gone } = commits;
  expect([main, head, queued, group, release].map(on)).toEqual(Array.from({ length: 5 }, () => PASSED));

  const by = [old[1], head].map((sha) => `Cancelled: superseded by ${sha.slice(0, 7)}`);
  for (const sha of old) for (const title of titles(sha)) expect(by).toContain(title);
  for (const title of titles(gone))
    expect(title).toMatch(/^Cancelled: (?:branch gone was deleted|pull request closed)$/);
  for (const sha of [...old, gone]) expect(new Set(Object.values(on(sha)))).toEqual(new Set(['cancelled']));

  expect(on(strange)).toEqual({ cyclone: 'action_required' });
  // Said before anybody knew of the commit, it has no effect but words.
  if (command.reactions.some(({ content }) => content === 'confused')) {
    expect(on(allowed)).toEqual({ cyclone: 'action_required' });
    const again = world.github.comments.add(fork, 'octocat', okToTest(allowed));
    await world.github.waitFor(() => checksOf(repository, allowed).length > 1, { what: again.body });
    await calm(storm);
  }
  expect(on(allowed)).toEqual(PASSED);
  await newestDecides(repository, shasOf(commits));
}

/** Goes wrong until the storm has met it so often. @returns how often that was */
function failing(fault: Fault, meets: { operation?: string; after?: number; times: number }) {
  const rule = world.github.faults.add({ fault, ...meets });
  return (): number => rule.hits;
}

/** What goes wrong while it storms; what it gives is asked at the end: whether it has. */
type Trouble = (storm: Storm) => () => number;

const TROUBLES: readonly (readonly [string, number, Trouble])[] = [
  ['nothing', 1, () => () => 1],
  ['nothing', 2, () => () => 1],
  [
    'the secondary rate limit, on create',
    3,
    () =>
      failing(
        { kind: 'secondary', retryAfterSeconds: 1 },
        { operation: 'checks/create', after: 3, times: 3 },
      ),
  ],
  [
    'answers of create that are lost',
    4,
    () => failing({ kind: 'lost' }, { operation: 'checks/create', after: 1, times: 4 }),
  ],
  ['502s for a while', 5, () => failing({ kind: 'status', status: 502 }, { after: 10, times: 40 })],
  ['tokens that are revoked', 6, revokedTwice],
];

/** In the middle: when the checks of some commits are there, and of some more. */
function revokedTwice({ repository, commits }: Storm): () => number {
  const { github } = world;
  const refused = (): number => github.requests({ status: 401 }).length;
  const before = refused();
  const known = (): number => shasOf(commits).filter((sha) => checksOf(repository, sha).length > 0).length;
  const revoke = async (): Promise<void> => {
    for (const count of [3, 6]) {
      await github.waitFor(() => known() >= count);
      github.installations.revokeTokens(github.installation);
    }
  };
  void revoke();
  return () => refused() - before;
}

describe('what GitHub tells in any order, and again and again, ends the same', () => {
  test.each(TROUBLES)(
    'beside %s: seed %i',
    async (_, seed, trouble) => {
      const storm = await brew(`storm-${String(seed)}`);
      const hits = trouble(storm);
      breakLoose(seed);
      await rightInTheEnd(storm);
      expect(hits()).toBeGreaterThan(0);
    },
    90_000,
  );
});
