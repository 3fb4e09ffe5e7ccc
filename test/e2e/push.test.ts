import { describe, expect, test } from '@jest/globals';
import { printedBy } from './support/printed.js';
import { gitPush } from './support/push.js';
import { scenario } from './support/scenario.js';
import { useWorld } from './support/use-world.js';
import { conclusions, type World } from './support/world.js';

const world = useWorld();

const titles = (checks: Awaited<ReturnType<World['concluded']>>): Record<string, string | null> =>
  Object.fromEntries([...checks].map(([name, check]) => [name, check.state.title]));

describe('a push of a tag', () => {
  test('runs all, publishes, and every check says how it went', async () => {
    const { github, registry } = world;
    const files = await scenario('whole-chain');
    const sha = await gitPush(github, { repository: 'acme/hello', files, tag: 'v1.0.0' });
    const checks = await world.concluded('acme/hello', sha);
    expect(conclusions(checks)).toEqual({
      cyclone: 'success',
      'cyclone/pre_build': 'success',
      'cyclone/build': 'success',
      'cyclone/integration': 'success',
      'cyclone/publish': 'success',
      'cyclone/post_build': 'success',
      'cyclone/deploy': 'neutral',
    });
    expect(checks.get('cyclone/deploy')?.state.title).toBe('deploy is not supported yet');
    expect(checks.get('cyclone/integration')?.state.text).toContain('data of the service');
    expect(checks.get('cyclone/post_build')?.state.text).toContain(
      `published as ${registry.host}/acme/hello:v1.0.0`,
    );
    for (const [name, check] of checks) {
      const key = name === 'cyclone' ? name : name.slice('cyclone/'.length);
      expect(check.state.externalId).toMatch(new RegExp(`^\\d+/${key}$`));
      expect(check.state.detailsUrl).toMatch(/^http:\/\/cyclone\.example\/runs\/\d+/);
    }

    const summary = checks.get('cyclone/publish')?.state.summary ?? '';
    const published = /`(\S+\/acme\/hello@sha256:[0-9a-f]{64})`/.exec(summary)?.[1] ?? '';
    expect(registry.manifestPuts('acme/hello', 'v1.0.0')).toBe(1);
    // An image that a container uses would stay.
    expect(await world.leftovers()).toEqual([]);
    expect(await printedBy(published)).toBe('compiled from a greeting\n');
  }, 90_000);

  test('that looks like a tag and is a branch runs as a branch', async () => {
    const files = { 'caicloud.yml': CHAIN };
    const sha = await gitPush(world.github, { repository: 'acme/tags', files, branch: 'refs-tags-v1' });
    expect(conclusions(await world.concluded('acme/tags', sha))).toMatchObject({
      'cyclone/integration': 'success',
      'cyclone/post_build': 'skipped',
    });
  }, 60_000);
});

describe('a push of a branch', () => {
  test('leaves out what only tags run, and says so', async () => {
    const files = await scenario('whole-chain');
    const sha = await gitPush(world.github, { repository: 'acme/branch', files });
    const checks = await world.concluded('acme/branch', sha);
    expect(conclusions(checks)).toEqual({
      cyclone: 'success',
      'cyclone/pre_build': 'success',
      'cyclone/build': 'success',
      'cyclone/integration': 'success',
      'cyclone/publish': 'skipped',
      'cyclone/post_build': 'skipped',
      'cyclone/deploy': 'skipped',
    });
    expect(titles(checks)['cyclone/deploy']).toBe('Skipped: deploy runs on tags; this is a push to main');
    expect(world.registry.requests().filter(({ path }) => path.includes('acme/branch'))).toEqual([]);
  }, 60_000);

  test('and its tag in one push are two runs, and one check of each name is the newest', async () => {
    const files = { 'caicloud.yml': CHAIN };
    const sha = await gitPush(world.github, { repository: 'acme/both', files, branch: 'main', tag: 'v1' });
    const checks = await world.concluded('acme/both', sha);
    expect(checks.get('cyclone')?.state.conclusion).toBe('success');
    await world.github.waitFor(
      () => world.github.checkRuns('acme/both', sha).every(({ state }) => state.status === 'completed'),
      { what: 'all checks completed' },
    );
    const names = world.github.checkRuns('acme/both', sha).map(({ state }) => state.name);
    expect(names.sort()).toEqual([...new Set(names)].sort());
  }, 60_000);

  test('with a failing command names it, and skips what comes after', async () => {
    const files = await scenario('failing-stage');
    const sha = await gitPush(world.github, { repository: 'acme/failing', files });
    const checks = await world.concluded('acme/failing', sha);
    expect(conclusions(checks)).toEqual({
      cyclone: 'failure',
      'cyclone/pre_build': 'failure',
      'cyclone/integration': 'skipped',
    });
    const failed = checks.get('cyclone/pre_build')?.state;
    expect(failed?.title).toMatch(
      /^Failed at command 2 of 3: echo two; ls \/does-not-exist exited 1 after [\d.]+ s$/,
    );
    expect(failed?.text).toContain('$ echo one\none\n$ echo two; ls /does-not-exist\ntwo\n');
    expect(failed?.text).not.toContain('three');
    expect(titles(checks)['cyclone/integration']).toBe('Skipped: an earlier stage, pre_build, failed');
  }, 60_000);

  test('with a broken file fails with the place of every error', async () => {
    const text = 'pre_build:\n  image: cyclone-test/busybox:1\n  comands: [true]\n  commands: { a: b }\n';
    const sha = await gitPush(world.github, { repository: 'acme/broken', files: { 'caicloud.yml': text } });
    const checks = await world.concluded('acme/broken', sha);
    expect(conclusions(checks)).toEqual({ cyclone: 'failure' });
    const state = checks.get('cyclone')?.state;
    expect(state?.title).toMatch(/^caicloud\.yml line 4: /);
    expect(state?.annotations).toEqual([
      expect.objectContaining({ annotation_level: 'failure', start_line: 4, start_column: 13 }),
      expect.objectContaining({
        annotation_level: 'warning',
        start_line: 3,
        start_column: 3,
        end_column: 9,
      }),
    ]);
  }, 60_000);

  test('with a Dockerfile alone builds it', async () => {
    const files = { Dockerfile: 'FROM cyclone-test/busybox:1\nRUN echo built > /made\n' };
    const sha = await gitPush(world.github, { repository: 'acme/dockerfile', files });
    expect(conclusions(await world.concluded('acme/dockerfile', sha))).toEqual({
      cyclone: 'success',
      'cyclone/build': 'success',
      'cyclone/publish': 'skipped',
    });
  }, 60_000);

  test('that says [skip ci] concludes skipped', async () => {
    const files = { 'caicloud.yml': CHAIN };
    const message = 'Reword\n\n[skip ci]';
    const sha = await gitPush(world.github, { repository: 'acme/skip', files, message });
    const checks = await world.concluded('acme/skip', sha);
    expect(conclusions(checks)).toEqual({ cyclone: 'skipped' });
    expect(titles(checks)['cyclone']).toContain('[skip ci]');
  }, 60_000);

  test('without our files, a deletion, and a delivery that comes twice make nothing more', async () => {
    const { github } = world;
    const without = await gitPush(github, { repository: 'acme/without', files: { 'README.md': 'no' } });
    const files = { 'caicloud.yml': CHAIN };
    const sha = await gitPush(github, { repository: 'acme/twice', files, branch: 'side' });
    await world.concluded('acme/twice', sha);
    const [delivery] = github.deliveries.all('push').slice(-1);
    github.deliveries.redeliver(delivery!.id);
    github.deliveries.redeliver(delivery!.id);
    // A push after them: what they would have made is there when it is done.
    const after = await gitPush(github, { repository: 'acme/after', files });
    await world.concluded('acme/after', after);
    expect(github.checkRuns('acme/twice', sha)).toHaveLength(4);
    expect(github.checkRuns('acme/without', without)).toEqual([]);
    expect(await runs('acme/twice')).toBe(1);
  }, 90_000);
});

/** pre_build, integration, post_build: cheap stages in the events' different rows. */
const CHAIN = `pre_build: { image: cyclone-test/busybox:1, commands: [true] }
integration: { image: cyclone-test/busybox:1, commands: [git_dir=$(ls -d .git) && echo "in $git_dir"] }
post_build: { image: cyclone-test/busybox:1, commands: [true] }
`;

async function runs(repository: string): Promise<number> {
  const response = await fetch(`${world.server().url}/api/runs?repo=${repository}`);
  const body = (await response.json()) as { total_count: number };
  return body.total_count;
}
