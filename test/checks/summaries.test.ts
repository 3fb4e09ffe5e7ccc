import { expect, test } from '@jest/globals';
import { WHOLE_RUN } from '../../src/checks/ports.js';
import { renderCheck } from '../../src/checks/render.js';
import type { StageState } from '../../src/pipeline/model.js';
import { ended, failed, links, passed, queued, runEnded, running, skipped, subject } from './subjects.js';

function summary(state: StageState): string {
  return renderCheck(subject({ stages: { test: state } }), 'test', { links }).summary;
}

test('a stage that passed', () => {
  const facts = {
    image: 'golang:1.22',
    imageDigest: 'sha256:6a1f',
    exitCode: 0,
    services: ['db', 'redis'],
    notes: ['service redis ended early, exit code 1'],
    spans: { pull: 3100, arm: 200, run: 8000 },
    worker: 'w1',
  };
  expect(summary(ended(passed, 11.6, facts))).toMatchInlineSnapshot(`
"|  |  |
|---|---|
| image | \`golang:1.22\` · \`sha256:6a1f\` |
| time | 12 s: pull 3.1 s, arm 0.2 s, run 8 s |
| exit code | 0 |
| services | \`db\`, \`redis\` |
| note | service redis ended early, exit code 1 |
| worker | \`w1\` |

[Log and details](<https://ci.example/runs/7/stages/test>)"
`);
});

test('a stage that failed', () => {
  const command = { index: 3, total: 5, text: 'go test ./... | tee log' };
  expect(summary(ended(failed({ command }), 48, { image: 'golang:1.22' }))).toMatchInlineSnapshot(`
"|  |  |
|---|---|
| image | \`golang:1.22\` |
| time | 48 s |
| exit code | 1 |
| reason | Failed at command 3 of 5: go test ./... &#124; tee log exited 1 after 48 s |
| command | \`go test ./... \\| tee log\` |

[Log and details](<https://ci.example/runs/7/stages/test>)"
`);
});

test('a stage that was published', () => {
  const facts = { published: 'registry/acme/hello@sha256:6a1f' };
  expect(summary(ended(passed, 2, facts))).toContain('| published | `registry/acme/hello@sha256:6a1f` |');
});

test('what a stage kept can be had from its check', () => {
  const artifacts = { digest: 'sha256:6a1f', bytes: 1_258_291, files: 3 };
  expect(summary(ended(passed, 2, { artifacts }))).toContain(
    '| artifacts | [3 files, 1.2 MiB](<https://ci.example/runs/7/stages/test/artifacts>) |',
  );
  expect(summary(ended(passed, 2))).not.toContain('artifacts');
});

test('a result that was used again names its run', () => {
  const reusedFrom = { run: 5, stage: 'test (os=a|b)' };
  expect(summary(ended(passed, 0, { reusedFrom }))).toContain(
    '| result | [of run 5](<https://ci.example/runs/5/stages/test%20(os%3Da%7Cb)>), used again |',
  );
});

test('a stage that waits, runs, or was skipped', () => {
  expect([
    summary(queued),
    summary(running()),
    summary(ended(skipped('deploy runs on tags'))),
  ]).toMatchInlineSnapshot(`
[
  "Queued

[Log and details](<https://ci.example/runs/7/stages/test>)",
  "Running

[Log and details](<https://ci.example/runs/7/stages/test>)",
  "|  |  |
|---|---|
| reason | Skipped: deploy runs on tags |

[Log and details](<https://ci.example/runs/7/stages/test>)",
]
`);
});

test('a whole run', () => {
  const stages = {
    pre_build: ended(passed, 8),
    'lint (os=a|b)': ended(failed({ command: { index: 1, total: 1, text: 'npm run lint' } }), 3),
    build: running(),
    deploy: ended(skipped('deploy runs on tags')),
  };
  const whole = subject({ stages, state: runEnded('failure', 'lint failed') });
  expect(renderCheck(whole, WHOLE_RUN, { links }).summary).toMatchInlineSnapshot(`
"| stage | result | time |
|---|---|---|
| [pre_build](<https://ci.example/runs/7/stages/pre_build>) | Passed | 8 s |
| [lint (os=a&#124;b)](<https://ci.example/runs/7/stages/lint%20(os%3Da%7Cb)>) | Failed at command 1 of 1: npm run lint exited 1 after 3 s | 3 s |
| [build](<https://ci.example/runs/7/stages/build>) | Running |  |
| [deploy](<https://ci.example/runs/7/stages/deploy>) | Skipped: deploy runs on tags |  |

[Details](<https://ci.example/runs/7>)"
`);
});

test('a run of very many stages says how many more there are', () => {
  const stages = Object.fromEntries(
    Array.from({ length: 2000 }, (_, index) => [`test_of_version_${index}_on_linux`, ended(passed, 1)]),
  );
  const whole = subject({ stages, state: runEnded('success', 'passed') });
  const { summary } = renderCheck(whole, WHOLE_RUN, { links });
  expect(Buffer.byteLength(summary)).toBeLessThanOrEqual(65_535);
  expect(Buffer.byteLength(summary)).toBeGreaterThan(65_000);
  expect(summary).toMatch(/\| \[and \d+ more\]\(<https:\/\/ci\.example\/runs\/7>\)/);
});

test('a large matrix is counted, and only what went wrong of it is listed', () => {
  const cells = Array.from({ length: 100 }, (_, n) => [
    `e2e (n=${n})`,
    n === 42 ? ended(failed(), 3) : n > 97 ? queued : ended(passed, 1),
  ]);
  const whole = subject({
    stages: Object.fromEntries(cells),
    state: { status: 'in_progress', startedAt: 0 },
  });
  expect(renderCheck(whole, WHOLE_RUN, { links }).summary).toMatchInlineSnapshot(`
"| stage | result | time |
|---|---|---|
| [e2e](<https://ci.example/runs/7>) | 97 of 100 cells passed |  |
| [e2e (n=42)](<https://ci.example/runs/7/stages/e2e%20(n%3D42)>) | Failed: the container exited 1 after 3 s | 3 s |

[Details](<https://ci.example/runs/7>)"
`);
});

test('very many notes are cut, the way to the log is not', () => {
  const notes = Array.from({ length: 5000 }, (_, index) => `note ${index} of a stage that has much to say`);
  const text = summary(ended(passed, 1, { notes }));
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535);
  expect(text).toMatch(/more lines \|\n\n\[Log and details\]/);
});
