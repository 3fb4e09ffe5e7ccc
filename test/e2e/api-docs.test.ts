import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createJudge, type Description } from '../web/described.js';
import { gitPush } from './support/push.js';
import { openWorld, type World } from './support/world.js';

const run = promisify(execFile);
const FILES = {
  'caicloud.yml': `pre_build:
  image: cyclone-test/busybox:1
  commands: ["echo hello"]
integration:
  image: cyclone-test/busybox:1
  commands: ["echo fine"]
`,
};

const text = await readFile(new URL('../../docs/api.md', import.meta.url), 'utf8');
const commands = [...text.matchAll(/```sh\n(.*?)```/gs)]
  .flatMap(([, block = '']) => block.replaceAll('\\\n', ' ').split('\n'))
  .filter((line) => line.startsWith('curl '));

/** Of those that act: the run may be as it cannot be just now. */
const REFUSED_TOO = [202, 409];

let world: World;
let token: string;
let judge: ReturnType<typeof createJudge>;

beforeAll(async () => {
  world = await openWorld();
  const { url } = await world.start();
  const sha = await gitPush(world.github, { repository: 'acme/hello', files: FILES });
  await world.concluded('acme/hello', sha);
  world.github.people.add('acme/hello', 'wanda', { permission: 'write' });
  token = world.github.people.token('wanda').value;
  judge = createJudge((await (await fetch(`${url}/api/openapi.json`)).json()) as Description);
}, 90_000);
afterAll(() => world.close(), 60_000);

test('there are examples', () => {
  expect(commands.length).toBeGreaterThan(20);
});

test.each(commands)(
  '%s',
  async (command) => {
    const { status, type, body } = await shell(command);
    const method = command.includes('-X POST') ? 'POST' : 'GET';
    const path = /\$CYCLONE([^"]*)"/.exec(command)?.[1] ?? '';
    expect(judge.faults({ method, path, status, type, body })).toEqual([]);
    if (method === 'POST') expect(REFUSED_TOO).toContain(status);
    else expect(status).toBe(command.includes('Range') ? 206 : 200);
  },
  30_000,
);

async function shell(command: string): Promise<{ status: number; type: string; body: string }> {
  const written = String.raw`-w '\n%{http_code} %{content_type}'`;
  const { stdout } = await run('sh', ['-c', command.replace(/^curl /, `curl -s ${written} `)], {
    env: { ...process.env, CYCLONE: world.server().url, GITHUB_TOKEN: token },
  });
  const at = stdout.lastIndexOf('\n');
  const [status = '', ...type] = stdout.slice(at + 1).split(' ');
  return { status: Number(status), type: type.join(' '), body: stdout.slice(0, at) };
}
