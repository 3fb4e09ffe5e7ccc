import { expect, test } from '@jest/globals';
import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';
import { conclusions } from './support/world.js';

/** Long enough to be shown running, and with a log that grows. */
const SLOW = `pre_build:
  image: cyclone-test/busybox:1
  commands: ['for i in 1 2 3 4 5 6; do echo $i; sleep 1; done']
`;
const PASSED = { cyclone: 'success', 'cyclone/pre_build': 'success' };

const world = useWorld();

/** Statuses that a check was given, one after the other. */
async function statuses(repository: string): Promise<readonly string[]> {
  const sha = await gitPush(world.github, { repository, files: { 'caicloud.yml': SLOW } });
  const checks = await world.concluded(repository, sha);
  expect(conclusions(checks)).toEqual(PASSED);
  expect(world.github.checkRuns(repository, sha)).toHaveLength(2);
  return checks.get('cyclone/pre_build')?.history.map(({ state }) => state.status) ?? [];
}

async function metrics(): Promise<string> {
  return (await fetch(`${world.server().url}/metrics`)).text();
}

test('with plenty left a stage is shown running', async () => {
  expect(await statuses('acme/plenty')).toContain('in_progress');
}, 60_000);

test('with little left it is not, and concludes all the same; /metrics says what is left', async () => {
  world.github.rateLimit.set({ remaining: 400 });
  expect(await statuses('acme/little')).toEqual(['queued', 'completed']);
  const id = world.github.installation.id;
  const labels = `{installation="${String(id)}",resource="core"}`;
  const text = await metrics();
  expect(text).toContain(`cyclone_github_rate_limit_limit${labels} 5000\n`);
  const left = Number(text.split(`cyclone_github_rate_limit_remaining${labels} `)[1]?.split('\n')[0]);
  expect(left).toBeLessThan(400);
  expect(left).toBeGreaterThan(350);
  expect(text).toMatch(
    /cyclone_github_requests_total\{operation="POST \/repos\/[^"]+check-runs",status="201"\} [1-9]/,
  );
  world.github.expectClean();
}, 60_000);

test('with nothing left nothing is asked before the reset, and then all concludes', async () => {
  world.github.rateLimit.set({ remaining: 5, resetAt: Date.now() + 12_000 });
  await statuses('acme/nothing');
  expect(await metrics()).not.toMatch(/status="(403|429)"/);
  world.github.expectClean();
}, 90_000);
