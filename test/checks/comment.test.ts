import { describe, expect, test } from '@jest/globals';
import { MARKER, renderComment } from '../../src/checks/comment.js';
import type { StageSaid } from '../../src/checks/comment-failure.js';
import type { Answer, CheckSubject } from '../../src/checks/ports.js';
import type { PlannedStage } from '../../src/pipeline/model.js';
import { ended, failed, links, passed, runEnded, running, START, skipped, subject } from './subjects.js';

const log = (lines: string): ReadonlyMap<string, StageSaid> => new Map([['test', { log: lines }]]);
const cause = (text: string, before: readonly string[] = []): ReadonlyMap<string, StageSaid> =>
  new Map([['test', { cause: { line: 31, lines: text.split('\n').length, text, before, after: ['FAIL'] } }]]);

function rendered(shown: CheckSubject | undefined, said = log(''), answers: readonly Answer[] = []): string {
  return renderComment({ subject: shown, answers, links, said });
}

const commands = { index: 3, total: 4, text: 'go test ./...' };
const broken = subject({
  pull: 12,
  state: runEnded('failure', 'test failed', 112),
  stages: {
    pre_build: ended(passed, 8),
    test: ended(failed({ command: commands }), 48),
    publish: ended(skipped('this is a pull request')),
  },
});

/** The same with `test` in an image of its own. */
function inImage(shown: CheckSubject, volumes: readonly string[] = []): CheckSubject {
  const spec = { kind: 'container', container: { image: 'golang:1.22', volumes }, services: [], outputs: [] };
  const stages = shown.plan.stages.map((stage) =>
    stage.id === 'test' ? ({ ...stage, spec } as unknown as PlannedStage) : stage,
  );
  return { ...shown, plan: { ...shown.plan, stages } };
}

const asked = (words: string, changes: Partial<Answer> = {}): Answer => ({
  comment: 900,
  place: 0,
  by: 'alice',
  command: '/why test',
  words,
  ...changes,
});

describe('what the comment says', () => {
  test('of a failure: the stages, the first error, how to try it, and what to do next', () => {
    const said = cause('--- FAIL: TestLogin (0.02s)\n  login_test.go:41: got 401, want 200', [
      'one',
      'compiling',
      'compiling',
    ]);
    expect(rendered(inImage(broken), said)).toMatchInlineSnapshot(`
"<!-- cyclone: the one comment of this pull request -->

**1 of 2 stages failed: test** for 3f2c1ab · 1 min 52 s · [details](<https://ci.example/runs/7>)

| stage | result | time |
|---|---|---|
| [pre_build](<https://ci.example/runs/7/stages/pre_build>) | Passed | 8 s |
| [test](<https://ci.example/runs/7/stages/test>) | Failed at command 3 of 4: go test ./... exited 1 after 48 s | 48 s |
| [publish](<https://ci.example/runs/7/stages/publish>) | Skipped: this is a pull request |  |

First error in \`test\`

\`\`\`text
compiling
compiling
--- FAIL: TestLogin (0.02s)
  login_test.go:41: got 401, want 200
\`\`\`

To try \`test\` in a clone of yours:

\`\`\`text
docker run --rm -it -v "$PWD":/root/code -w /root/code golang:1.22 sh -c 'go test ./...'
\`\`\`

To run what failed again: \`/retest\`. Why it ran: \`/why test\`."
`);
  });

  test('of success, and of what still runs: one line', () => {
    const fine = subject({ state: runEnded('success', '1 passed'), stages: { test: ended(passed, 12) } });
    expect(rendered(fine).split('\n').slice(2)).toEqual([
      '**Passed in 12 s · 1 stage** for 3f2c1ab · [details](<https://ci.example/runs/7>)',
    ]);
    const busy = subject({
      state: { status: 'in_progress', startedAt: START },
      stages: { test: running() },
    });
    expect(rendered(busy).split('\n')).toHaveLength(3);
  });

  test('the end of a log in which nothing looks like an error', () => {
    expect(rendered(broken, log('one\ntwo\n'))).toContain('The end of `test`\n\n```text\none\ntwo\n```');
  });

  test.each([
    [['.:/src'], '-v "$PWD":/src -w /src'],
    [[], '-v "$PWD":/root/code -w /root/code'],
  ])('the workspace where the stage has it: %j', (volumes, words) => {
    expect(rendered(inImage(broken, volumes))).toContain(words);
  });

  test('answers, the newest first, without a run too', () => {
    const answers = [asked('It failed.'), asked('Run 7.\nIt is over.', { place: 1, command: '/status' })];
    expect(rendered(undefined, log(''), answers)).toBe(
      [
        MARKER,
        '---',
        '**alice** asked `/status`  \nRun 7.  \nIt is over.',
        '**alice** asked `/why test`  \nIt failed.',
      ].join('\n\n'),
    );
  });
});

const EVIL = [
  '/deploy production',
  '  /retest',
  '@acme/team ![beacon](https://evil.example/b.png) <img src=x onerror=y> [click](javascript:alert(1))',
  '# heading',
  '- [ ] task',
  '1. list',
  '===',
  '---',
  '``````',
  '```',
  '<!-- -->',
].join('\n');

describe('text of others is inert', () => {
  test('in a log: in a fence that is longer than any of its own, and no command', () => {
    const body = rendered(broken, log(EVIL));
    expect(body).not.toMatch(/^\s*\//m);
    const fence = '`'.repeat(7);
    const [before = '', inside = '', after = ''] = body.split(new RegExp(`^${fence}(?:text)?$`, 'm'));
    expect(inside).toContain('@acme/team');
    expect(before + after).not.toContain('@acme');
  });

  test('in the first error and what stands before it: in the same fence, and no command', () => {
    const evil = '```\n/deploy production\n@acme/team ![x](https://evil.example/b.png) <img src=x>\n`````';
    const body = rendered(broken, cause(evil, ['/approve', '````']));
    const lines = body.split('\n');
    const fence = '`'.repeat(6);
    const [opening, closing] = [lines.indexOf(`${fence}text`), lines.indexOf(fence)];
    expect(lines.slice(opening, closing).join('\n')).toContain('![x](https://evil.example/b.png)');
    const outside = [...lines.slice(0, opening), ...lines.slice(closing + 1)].join('\n');
    expect(outside).not.toMatch(/@acme|evil\.example|<img/);
    expect(body).not.toMatch(/^\s*\//m);
  });

  test('in an answer, and in the name and words of who asked', () => {
    const body = rendered(undefined, log(''), [asked(EVIL, { by: '@x', command: `\`/why\` ${EVIL}` })]);
    expect(body).not.toMatch(/^\s*\//m);
    const [, , ...ours] = body.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '').split('\n\n');
    const prose = ours.join('\n\n');
    expect(prose).not.toMatch(/(?<!\\)[[\]<>~]/);
    expect(prose).not.toMatch(/@\w|https?:\/\//);
    expect(prose).not.toMatch(/^(?:#|- |\d+\. |===|---)/m);
  });

  test('a command that would be changed here is not offered to be copied', () => {
    const text = 'cd x\n/bin/rm';
    const shown = subject({
      state: runEnded('failure', 'test failed'),
      stages: { test: ended(failed({ command: { ...commands, text } }), 48) },
    });
    expect(rendered(inImage(shown))).not.toContain('docker run');
  });

  test('quotes of a command stay quotes', () => {
    const command = { ...commands, text: `echo 'it''s' "$HOME"` };
    const shown = subject({
      state: runEnded('failure', 'test failed'),
      stages: { test: ended(failed({ command }), 48) },
    });
    expect(rendered(inImage(shown))).toContain(`sh -c 'echo '\\''it'\\'''\\''s'\\'' "$HOME"'`);
  });
});

test('whatever there is to say, GitHub takes it', () => {
  const long = '€|'.repeat(40_000);
  const names = Array.from({ length: 400 }, (_, n) => `stage-${n}`);
  const shown = subject({
    state: runEnded('failure', long),
    stages: Object.fromEntries(
      names.map((name) => [name, ended(failed({ code: 'image', message: long.slice(0, 5_000) }), 1)]),
    ),
  });
  const text = `${long}\n`.repeat(50);
  const found = { line: 1, lines: 50, text, before: [long], after: [long] };
  const said = new Map(names.map((name, n) => [name, n % 2 === 0 ? { log: text } : { cause: found }]));
  const answers = Array.from({ length: 5 }, (_, place) => asked(`${long}\n`.repeat(50), { place }));
  const body = renderComment({ subject: shown, answers, links, said });
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(65_536);
  expect(body).toContain('more');
  expect(body).toContain('asked');
});
