import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';
import { conclusions } from './support/world.js';

const world = useWorld({ CYCLONE_TRUSTED_REPOS: 'trusted/*' });

const one = (commands: readonly string[], more = ''): string =>
  `pre_build:\n  image: cyclone-test/busybox:1\n${more}  commands:\n${commands.map((line) => `    - ${JSON.stringify(line)}\n`).join('')}`;

/** The log of the one stage of this pipeline. */
async function logOf(
  repository: string,
  pipeline: string,
  push: { branch?: string; message?: string; private?: boolean } = {},
): Promise<string> {
  const sha = await gitPush(world.github, { repository, files: { 'caicloud.yml': pipeline }, ...push });
  const checks = await world.concluded(repository, sha);
  const check = checks.get('cyclone/pre_build');
  const page = new URL(check?.state.detailsUrl ?? '');
  const response = await fetch(`${world.server().url}${page.pathname}/log${page.search}`);
  return `${check?.state.conclusion ?? ''}\n${await response.text()}`;
}

describe('what a stage finds', () => {
  test('the repository with a working .git, and who it is, in the environment', async () => {
    const pipeline = one([
      'pwd; ls',
      'test -d .git/refs && cat .git/HEAD',
      'env | grep -E "^(CI|CYCLONE)" | sort',
    ]);
    const log = await logOf('acme/finds', pipeline, { branch: 'feature/a$(hacked)' });
    expect(log).toMatch(/^success\n\$ pwd; ls\n\/root\/code\ncaicloud.yml\n/);
    expect(log).toMatch(/\n[0-9a-f]{40}\n/);
    for (const line of [
      'CI=true',
      'CYCLONE=true',
      'CYCLONE_EVENT=push',
      'CYCLONE_REPO=acme/finds',
      'CYCLONE_STAGE=pre_build',
    ]) {
      expect(log).toContain(`\n${line}\n`);
    }
    // Row 19: a branch's name stays text.
    expect(log).toContain('\nCYCLONE_BRANCH=feature/a$(hacked)\n');
  }, 60_000);

  test('no engine, no host, no metadata, few capabilities (rows 2 and 3)', async () => {
    const { port } = new URL(world.server().url);
    const pipeline = one([
      'ls /var/run/docker.sock 2>&1 || echo no socket',
      'gateway=$(ip route | sed -n "s/^default via \\\\([0-9.]*\\\\).*/\\\\1/p"); echo "gateway $gateway"',
      `(nc -w 2 $gateway ${port} </dev/null && echo reached the host) || echo host closed`,
      '(nc -w 2 169.254.169.254 80 </dev/null && echo reached metadata) || echo metadata closed',
      'mknod /tmp/disk b 8 0 2>&1 || echo no devices',
      'mount -t tmpfs none /mnt 2>&1 || echo no mounts',
      'touch mine && chown 1234 mine && echo chown works',
      'grep NoNewPrivs /proc/self/status',
    ]);
    const log = await logOf('acme/sandbox', pipeline);
    for (const line of [
      'no socket',
      'host closed',
      'metadata closed',
      'no devices',
      'no mounts',
      'chown works',
    ]) {
      expect(log).toContain(`\n${line}\n`);
    }
    expect(log).toMatch(/NoNewPrivs:\s+1/);
    expect(log).not.toMatch(/^reached/m);
  }, 60_000);

  test('what policy refuses others, when its repository is trusted', async () => {
    const pipeline = one(
      ['ls /from-host > /dev/null && echo host volume'],
      "  volumes: ['/etc:/from-host']\n",
    );
    expect(await logOf('trusted/repository', pipeline)).toContain('success\n');
  }, 60_000);
});

describe('a private repository', () => {
  test('is cloned with a token that no file, log or page ever holds, and shown by signed links only', async () => {
    const { github } = world;
    const log = await logOf('acme/private', one(['cat .git/config', 'env', 'echo $CYCLONE_SHA']), {
      private: true,
    });
    expect(log).toContain('success\n');
    expect(log).not.toMatch(/ghs_|authorization/i);
    const { stdout } = await promisify(execFile)('grep', ['-rlaE', 'ghs_|extraheader', world.dataDir]).catch(
      (error: unknown) => error as { stdout: string },
    );
    expect(stdout).toBe('');
    const details = new URL(
      github.checkRuns('acme/private').find(({ state }) => state.name === 'cyclone')?.state.detailsUrl ?? '',
    );
    expect(details.searchParams.get('sig')).toBeTruthy();
    const at = (path: string): Promise<number> =>
      fetch(`${world.server().url}${path}`).then(({ status }) => status);
    expect(await at(`${details.pathname}${details.search}`)).toBe(200);
    for (const path of ['', '/stages/pre_build', '/stages/pre_build/log', '/stages/pre_build/log/stream']) {
      expect(await at(`${details.pathname}${path}`)).toBe(404);
    }
    expect(await at(`/api${details.pathname}`)).toBe(404);
  }, 60_000);
});

test('two repositories at once with a service of the same name never meet', async () => {
  const pipeline = (word: string): string => `integration:
  services:
    db:
      image: cyclone-test/busybox:1
      environment: { WORD: ${word} }
      commands: ['mkdir -p /www && echo "I am of $WORD" > /www/index.html', 'httpd -f -h /www']
  image: cyclone-test/busybox:1
  commands:
    - until wget -q -O- http://db/; do sleep 0.1; done
    - sleep 1
    - wget -q -O- http://db/
`;
  const words = ['alpha', 'beta'] as const;
  await Promise.all(
    words.map(async (word) => {
      const files = { 'caicloud.yml': pipeline(word) };
      const sha = await gitPush(world.github, { repository: `acme/${word}`, files });
      const checks = await world.concluded(`acme/${word}`, sha);
      expect(conclusions(checks)).toMatchObject({ 'cyclone/integration': 'success' });
      const text = checks.get('cyclone/integration')?.state.text ?? '';
      expect(text.match(/I am of \w+/g)).toEqual([`I am of ${word}`, `I am of ${word}`]);
    }),
  );
}, 90_000);

test('a log is served while its stage runs, and the page follows it', async () => {
  const files = { 'caicloud.yml': one(['echo begun', 'sleep 3', 'echo ended']) };
  const sha = await gitPush(world.github, { repository: 'acme/live', files });
  const check = await world.github.waitFor(() =>
    world.github.checkRuns('acme/live', sha).find(({ state }) => state.name === 'cyclone/pre_build'),
  );
  const { pathname } = new URL(check.state.detailsUrl ?? '');
  const response = await fetch(`${world.server().url}${pathname}/log`);
  const seen: { readonly text: string; readonly running: boolean }[] = [];
  for await (const chunk of response.body ?? []) {
    const now = world.github.checkRuns('acme/live', sha).find(({ id }) => id === check.id);
    seen.push({
      text: Buffer.from(chunk as Uint8Array).toString(),
      running: now?.state.status !== 'completed',
    });
  }
  expect(seen.map(({ text }) => text).join('')).toBe('$ echo begun\nbegun\n$ sleep 3\n$ echo ended\nended\n');
  expect(seen[0]).toMatchObject({ running: true, text: expect.not.stringContaining('ended') });
  await world.concluded('acme/live', sha);
}, 60_000);

test('a stage that lasts is in progress with its log so far', async () => {
  const files = { 'caicloud.yml': one(['echo begun', 'sleep 4']) };
  const sha = await gitPush(world.github, { repository: 'acme/lasting', files });
  await world.concluded('acme/lasting', sha);
  const check = world.github
    .checkRuns('acme/lasting', sha)
    .find(({ state }) => state.name === 'cyclone/pre_build');
  const states = check?.history.map(({ state }) => state.status);
  expect(states).toEqual(['queued', 'in_progress', 'completed']);
  expect(check?.history[1]?.state.text).toContain('begun');
}, 60_000);
