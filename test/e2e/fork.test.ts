import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { CheckRun } from '../fakes/github/state/model.js';
import { finished } from './support/finished.js';
import { conclusions, openWorld, type World } from './support/world.js';

const REPOSITORY = 'acme/open';
const SECRET = 'hunter2-of-acme';

let world: World;
let secrets: string;
beforeEach(async () => {
  secrets = await mkdtemp(path.join(tmpdir(), 'cyclone-secrets-'));
  const file = path.join(secrets, 'secrets.yml');
  await writeFile(file, `acme/open: { TOKEN: ${SECRET} }\n`, { mode: 0o600 });
  world = await openWorld({ CYCLONE_SECRETS_FILE: file, CYCLONE_TRUSTED_REPOS: 'acme/*' });
  await world.start();
}, 60_000);
afterEach(async () => {
  try {
    world.github.expectClean();
  } finally {
    await world.close();
    await rm(secrets, { recursive: true });
  }
}, 60_000);

const MAIN = { 'caicloud.yml': 'pre_build: { image: cyclone-test/busybox:1, commands: ["true"] }\n' };
/** A stranger's: it wants to know secrets, to publish, to deploy, and to be on the host. */
const STRANGE = {
  Dockerfile: 'FROM cyclone-test/busybox:1\n',
  'caicloud.yml': `pre_build:
  image: cyclone-test/busybox:1
  secrets: [TOKEN]
  commands: ['echo "token: [$TOKEN]"', 'env']
build: { context_dir: . }
publish: { when: { event: pull_request } }
deploy: { when: { event: pull_request } }
stages:
  root: { image: cyclone-test/busybox:1, privileged: true, commands: ["true"] }
`,
};

const whole = (sha: string): CheckRun | undefined =>
  world.github.checkRuns(REPOSITORY, sha).find(({ state }) => state.name === 'cyclone');

const waits = (sha: string): Promise<CheckRun> =>
  world.github.waitFor(
    () => {
      const check = whole(sha);
      return check?.state.conclusion === 'action_required' ? check : undefined;
    },
    { what: `${sha} waits for a person` },
  );

const allOver = (sha: string): Promise<unknown> =>
  world.github.waitFor(
    () => {
      const checks = world.github.checkRuns(REPOSITORY, sha);
      return checks.length > 1 && checks.every(({ state }) => state.status === 'completed');
    },
    { what: `every check of ${sha} is over`, timeoutMs: 60_000 },
  );

test('waits for a person, runs without anything of ours, and waits again after another push', async () => {
  const { github } = world;
  await github.createRepository({ owner: 'acme', name: 'open' });
  await world.concluded(REPOSITORY, await github.push(REPOSITORY, { files: MAIN }));
  const pull = await github.pulls.open(REPOSITORY, { from: 'nice', fork: 'mallory', files: STRANGE });
  const first = pull.head.sha;
  const held = await waits(first);
  expect(held.state.title).toBe(
    `Waiting for a person: this pull request comes from a fork. Someone with write access can comment /ok-to-test ${first.slice(0, 7)}`,
  );
  expect(github.checkRuns(REPOSITORY, first)).toHaveLength(1);

  github.comments.add(pull, 'mallory', `/ok-to-test ${first.slice(0, 7)}`);
  github.comments.add(pull, 'octocat', `/ok-to-test ${first.slice(0, 7)}`);
  await allOver(first);
  const run = await finished(world, REPOSITORY, first);
  expect(run.conclusions).toEqual({
    cyclone: 'failure',
    'cyclone/pre_build': 'success',
    'cyclone/build': 'success',
    'cyclone/publish': 'skipped',
    'cyclone/deploy': 'skipped',
    'cyclone/root': 'failure',
  });
  expect(run.check('cyclone/publish').title).toBe('Skipped: publish never runs for a fork');
  expect(run.check('cyclone/root').title).toMatch(/^Refused by policy/);
  const log = await run.log('pre_build');
  expect(log).toContain('token: []');
  expect(JSON.stringify(github.checkRuns(REPOSITORY)) + log).not.toContain(SECRET);

  const second = await github.pulls.push(pull, { files: { 'more.txt': 'more' } });
  await waits(second);
  expect(
    conclusions(new Map(github.checkRuns(REPOSITORY, second).map((one) => [one.state.name, one]))),
  ).toEqual({
    cyclone: 'action_required',
  });
  // Of the commit that was seen, and is not the head any more.
  github.comments.add(pull, 'octocat', `/ok-to-test ${first.slice(0, 7)}`);
  github.checks.press(await waits(second), 'approve', 'mallory');
  github.checks.press(await waits(second), 'approve', 'octocat');
  await allOver(second);
  expect((await finished(world, REPOSITORY, second)).conclusions['cyclone/pre_build']).toBe('success');
}, 120_000);
