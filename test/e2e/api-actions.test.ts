import { beforeAll, expect, test } from '@jest/globals';
import type { ApiRunWithStages } from '../../src/web/api-run.js';
import { gitPush } from './support/push.js';
import { reopenedBy } from './support/rerun.js';
import { useWorld } from './support/use-world.js';
import { conclusions } from './support/world.js';

const REPOSITORY = 'acme/api';
const FILES = {
  'caicloud.yml': `pre_build:
  image: cyclone-test/busybox:1
  commands: ["test -e /root/code/broken && exit 3; true"]
integration:
  image: cyclone-test/busybox:1
  commands: ["echo fine"]
`,
  broken: '',
};

const world = useWorld();
let sha: string;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  sha = await gitPush(world.github, { repository: REPOSITORY, files: FILES });
  await world.concluded(REPOSITORY, sha);
  const { people } = world.github;
  people.add(REPOSITORY, 'wanda', { permission: 'write' });
  people.add(REPOSITORY, 'rita', { permission: 'read' });
  for (const login of ['wanda', 'rita']) tokens[login] = people.token(login).value;
}, 90_000);

interface Answer {
  readonly status: number;
  readonly body: ApiRunWithStages & { readonly message?: string };
}

async function post(path: string, token: string | undefined, body?: object): Promise<Answer> {
  const response = await fetch(`${world.server().url}/api/runs${path}`, {
    method: 'POST',
    headers: {
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

test('without a token of a person nothing happens', async () => {
  expect((await post('/1/rerun', undefined)).status).toBe(401);
  expect((await post('/1/rerun', 'github_pat_of_nobody')).status).toBe(401);
  const revoked = world.github.people.token('wanda');
  world.github.people.revoke(revoked);
  expect((await post('/1/rerun', revoked.value)).status).toBe(401);
});

test('a reader may not, and is told so; a right that was taken away is gone at once', async () => {
  const { status, body } = await post('/1/rerun-failed', tokens['rita']);
  expect(status).toBe(403);
  expect(body.message).toContain('rita');
  world.github.people.add(REPOSITORY, 'walter', { permission: 'write' });
  world.github.people.add(REPOSITORY, 'walter', { permission: 'read' });
  expect((await post('/1/cancel', world.github.people.token('walter').value)).status).toBe(403);
});

test('a writer has what failed run again, and sees what became of it', async () => {
  const { status, body } = await reopenedBy(world, REPOSITORY, sha, () =>
    post('/1/rerun-failed', tokens['wanda']),
  );
  expect(status).toBe(202);
  expect(body).toMatchObject({ id: 1, repository: REPOSITORY, head_sha: sha });
  expect(body.status).not.toBe('completed');
  const checks = await world.concluded(REPOSITORY, sha);
  expect(conclusions(checks)).toMatchObject({ cyclone: 'failure', 'cyclone/pre_build': 'failure' });
  expect(checks.get('cyclone')?.state.summary).toContain('wanda');
}, 60_000);

test('what cannot be is answered with words, and what is not there with 404', async () => {
  const over = await post('/1/cancel', tokens['wanda']);
  expect(over).toMatchObject({ status: 409, body: { message: expect.stringContaining('over') } });
  expect((await post('/999/cancel', tokens['wanda'])).status).toBe(404);
  expect((await post('/1/stages/nowhere/rerun', tokens['wanda'])).status).toBe(404);
  expect((await post('', tokens['wanda'], { repository: 'acme/none', ref: 'main' })).status).toBe(404);
  expect((await post('', tokens['wanda'], { repository: REPOSITORY })).status).toBe(400);
});

test('a run is started by hand on a branch', async () => {
  const wish = { repository: REPOSITORY, ref: 'main' };
  const { status, body } = await reopenedBy(world, REPOSITORY, sha, () => post('', tokens['wanda'], wish));
  expect(status).toBe(202);
  expect(body).toMatchObject({ repository: REPOSITORY, head_sha: sha });
  await world.concluded(REPOSITORY, sha);
}, 60_000);

test('a private repository is not there for whom GitHub shows it not, nor for a token of another one', async () => {
  const secret = 'acme/secret';
  const commit = await gitPush(world.github, { repository: secret, files: FILES, private: true });
  const checks = await world.concluded(secret, commit);
  const run = new URL(checks.get('cyclone')?.state.detailsUrl ?? '').pathname.replace('/runs', '');
  const { people } = world.github;
  expect((await post(`${run}/rerun`, tokens['wanda'])).status).toBe(404);
  people.add(secret, 'wanda', { permission: 'write' });
  const elsewhere = people.token('wanda', { repositories: [REPOSITORY] });
  expect((await post(`${run}/rerun`, elsewhere.value)).status).toBe(404);
  const { status } = await reopenedBy(world, secret, commit, () => post(`${run}/rerun`, tokens['wanda']));
  expect(status).toBe(202);
  await world.concluded(secret, commit);
  expect(world.server().output()).not.toContain(tokens['wanda']);
}, 90_000);
