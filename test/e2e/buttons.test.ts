import { expect, test } from '@jest/globals';
import type { CheckRun } from '../fakes/github/state/model.js';
import { finished } from './support/finished.js';
import { gitPush } from './support/push.js';
import { reopenedBy } from './support/rerun.js';
import { useFreshWorld } from './support/use-world.js';
import { conclusions } from './support/world.js';

const REPOSITORY = 'acme/press';
const fileThat = (command: string) => ({
  'caicloud.yml': `pre_build: { image: cyclone-test/busybox:1, commands: ["echo begin"] }
integration: { image: cyclone-test/busybox:1, commands: ["${command}"] }
`,
});

const world = useFreshWorld();

/** The one check of the whole run. */
function whole(sha: string): CheckRun | undefined {
  const [check, ...doubles] = world.github
    .checkRuns(REPOSITORY, sha)
    .filter(({ state }) => state.name === 'cyclone');
  expect(doubles).toEqual([]);
  return check;
}

/** The check of the whole run, when it has that button. */
function withButton(sha: string, identifier: string): Promise<CheckRun> {
  return world.github.waitFor(
    () => {
      const check = whole(sha);
      return check?.state.actions.some((action) => action.identifier === identifier) ? check : undefined;
    },
    { what: `the button ${identifier} on ${sha}`, timeoutMs: 60_000 },
  );
}

test('Cancel ends what runs, and says who pressed it; one who only reads does nothing by it', async () => {
  const sha = await gitPush(world.github, { repository: REPOSITORY, files: fileThat('sleep 300') });
  world.github.people.add(REPOSITORY, 'rita', { permission: 'read' });
  const check = await withButton(sha, 'cancel');
  await world.github.waitFor(() =>
    world.github
      .checkRuns(REPOSITORY, sha)
      .find(({ state }) => state.name === 'cyclone/integration' && state.status === 'in_progress'),
  );
  world.github.checks.press(check, 'cancel', 'rita');
  world.github.checks.press(check, 'cancel', 'octocat');
  const checks = await world.concluded(REPOSITORY, sha);
  expect(conclusions(checks)).toEqual({
    cyclone: 'cancelled',
    'cyclone/pre_build': 'success',
    'cyclone/integration': 'cancelled',
  });
  expect(checks.get('cyclone')?.state.title).toBe('Cancelled by octocat');
  // A cancelled run can be taken up where it was ended, and not cancelled once more.
  expect(checks.get('cyclone')?.state.actions.map(({ identifier }) => identifier)).toEqual(['rerun']);
}, 120_000);

test('Re-run failed runs what failed, in the same checks', async () => {
  const sha = await gitPush(world.github, { repository: REPOSITORY, files: fileThat('exit 3') });
  const check = await withButton(sha, 'rerun');
  const begun = world.github.checkRuns(REPOSITORY, sha);
  await reopenedBy(world, REPOSITORY, sha, () => world.github.checks.press(check, 'rerun', 'octocat'));
  const checks = await world.concluded(REPOSITORY, sha);
  expect(world.github.checkRuns(REPOSITORY, sha).map(({ id }) => id)).toEqual(begun.map(({ id }) => id));
  expect(checks.get('cyclone/integration')?.state.summary).toContain('by octocat');
  expect(checks.get('cyclone/pre_build')?.history.map(({ state }) => state.status)).toEqual([
    'queued',
    'completed',
  ]);
}, 120_000);

test('a fork waits in one check with one sentence; Run it lets that commit run, and no later one', async () => {
  await gitPush(world.github, { repository: REPOSITORY, files: fileThat('echo fine') });
  const pull = await world.github.pulls.open(REPOSITORY, {
    from: 'feature',
    fork: 'stranger',
    files: fileThat('echo better'),
  });
  const { sha } = pull.head;
  const check = await withButton(sha, 'approve');
  expect(world.github.checkRuns(REPOSITORY, sha)).toHaveLength(1);
  expect(check.state).toMatchObject({
    conclusion: 'action_required',
    title: `Waiting for a person: this pull request comes from a fork. Someone with write access can comment /ok-to-test ${sha.slice(0, 7)}`,
  });
  world.github.checks.press(check, 'approve', 'stranger');
  world.github.checks.press(check, 'approve', 'octocat');
  await world.github.waitFor(() => world.github.checkRuns(REPOSITORY, sha).length === 3);
  const checks = await world.concluded(REPOSITORY, sha);
  expect(conclusions(checks)).toMatchObject({ cyclone: 'success', 'cyclone/integration': 'success' });
  expect(checks.get('cyclone')?.state.summary).toContain('Allowed by octocat');

  const next = await world.github.pulls.push(pull, { files: { more: 'x' } });
  const waiting = await withButton(next, 'approve');
  expect(waiting.state.conclusion).toBe('action_required');
}, 150_000);

test('a run of five stages costs two requests a stage and four more', async () => {
  const image = 'image: cyclone-test/busybox:1';
  const file = `stages:
${['a', 'b', 'c', 'd', 'e'].map((name) => `  ${name}: { ${image}, commands: ["true"] }`).join('\n')}
`;
  const warm = await gitPush(world.github, { repository: REPOSITORY, files: { 'caicloud.yml': file } });
  await world.concluded(REPOSITORY, warm);
  const before = world.github.requests().length;
  const sha = await gitPush(world.github, {
    repository: REPOSITORY,
    files: { 'caicloud.yml': file, more: 'x' },
  });
  const { stage } = await finished(world, REPOSITORY, sha);
  const asked = world.github
    .requests()
    .slice(before)
    .map(({ operation }) => operation)
    .filter((operation) => !operation.startsWith('git/'));
  const ofChecks = asked.filter((operation) => operation.startsWith('checks/'));
  expect(ofChecks.filter((operation) => operation === 'checks/create')).toHaveLength(6);
  // One that takes over two seconds, as on a busy machine, says besides that it runs.
  const long = ['a', 'b', 'c', 'd', 'e'].map(stage).filter(({ from, to }) => to - from > 1900).length;
  expect({ within: asked.length <= 14 + long, long, operations: asked }).toMatchObject({ within: true });
}, 120_000);
