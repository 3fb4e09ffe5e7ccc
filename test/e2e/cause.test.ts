import { expect, test } from '@jest/globals';
import { gitPush } from './support/push.js';
import { useWorld } from './support/use-world.js';

const REPOSITORY = 'acme/red';

/** A stage whose script prints a hundred lines before and after `said`, with the time of day in each. */
const fileThat = (said: string, code: number): Readonly<Record<string, string>> => ({
  'caicloud.yml': `on: { push: { branches: [main] }, pull_request: {} }
integration:
  image: cyclone-test/busybox:1
  commands: ["sh noise.sh", "sh test.sh", "sh noise.sh"]
`,
  'noise.sh': 'for n in $(seq 100); do echo "$(date +%H:%M:%S) step $n took $$ ms, 0 errors"; done\n',
  'test.sh': `sh noise.sh\n${said}\nsh noise.sh\nexit ${code}\n`,
});
const GREEN = fileThat('echo "ok  acme/red/login 0.2s"', 0);
const RED = fileThat('echo "--- FAIL: TestLogin (0.02s)"\necho "    login_test.go:41: got 401, want 200"', 1);

const world = useWorld();

const pageOf = async (address: string): Promise<string> => {
  const { pathname, search } = new URL(address);
  const body = await (await fetch(world.server().url + pathname + search)).text();
  return body
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replace(/\s+/g, ' ');
};

test('a failure says its cause first, and what changed since it passed', async () => {
  const { github } = world;
  const green = await gitPush(github, { repository: REPOSITORY, files: GREEN });
  await world.concluded(REPOSITORY, green);
  const pull = await github.pulls.open(REPOSITORY, { from: 'feature', files: RED });
  const red = pull.head.sha ?? '';
  // The push of the branch, for which nothing runs, concludes the commit before its pull request does.
  const { state: check } = await github.waitFor(
    () =>
      github
        .checkRuns(REPOSITORY, red)
        .find(({ state }) => state.name === 'cyclone/integration' && state.status === 'completed'),
    { what: 'the check of the stage', timeoutMs: 60_000 },
  );

  const text = check.text ?? '';
  expect(text).toMatch(
    /^First error, \[lines 203–204\]\(<http:\/\/cyclone\.example\/runs\/\d+\/[^>]*#L203-L204>\):/,
  );
  const [first = '', end = ''] = text.split('End of the log:');
  expect(first).toContain('--- FAIL: TestLogin (0.02s)\n    login_test.go:41: got 401, want 200\n');
  expect(first.match(/step \d+ took/g)).toHaveLength(10);
  expect(end).toContain('step 100 took');
  expect(text).toContain('[What changed since run 1, which passed]');

  const comment = await github.waitFor(
    () => github.comments.on(pull).find(({ body }) => body.includes('First error in `integration`')),
    { what: 'a comment with the first error', timeoutMs: 60_000 },
  );
  expect(comment.body).toContain('    login_test.go:41: got 401, want 200');

  const page = await pageOf(check.detailsUrl ?? '');
  expect(page).toContain('--- FAIL: TestLogin (0.02s)');

  const difference = /which passed\]\(<([^>]*)>\)/.exec(text)?.[1] ?? '';
  const compared = await pageOf(difference);
  expect(compared).toContain('2 lines added, 1 line removed');
  expect(compared).toContain('removed: ok acme/red/login 0.2s');
  expect(compared).toContain('added: login_test.go:41: got 401, want 200');
  expect(compared).toContain(`${green.slice(0, 7)}...${red.slice(0, 7)}`);
  expect(compared.match(/step \d+ took/g)).toHaveLength(6);
}, 120_000);

test('without a green run there is nothing to compare with, and the page says so', async () => {
  const sha = await gitPush(world.github, { repository: 'acme/never-green', files: RED });
  const check = (await world.concluded('acme/never-green', sha)).get('cyclone/integration')?.state;
  expect(check?.text).toMatch(/^First error/);
  expect(check?.text).not.toContain('What changed since');
  expect(await pageOf(`${check?.detailsUrl}/difference`)).toContain('There is no green run to compare with');
}, 90_000);
