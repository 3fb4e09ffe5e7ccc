import { describe, expect, it } from '@jest/globals';
import { configOf, issuesOf, optionsOf, problemsOf, specOf, stagesOf } from './reading.js';

/** The options of a stage with this key, or several in flow style. */
function options(keys: string): unknown {
  return optionsOf(`stages: { s: { image: a, ${keys} }, lint: { image: b } }`, 's');
}

/** The codes of the issues of the same. */
function codes(keys: string): string[] {
  return issuesOf(`stages: { s: { image: a, ${keys} }, lint: { image: b } }`).map(({ code }) => code);
}

describe('every form of every key', () => {
  it.each<[string, object]>([
    ['needs: []', { needs: [] }],
    ['needs: lint', { needs: ['lint'] }],
    ['needs: [lint]', { needs: ['lint'] }],
    [
      "when: { event: push, branch: [main, 'release/**'], tag: v*, path: ['src/**', '!**/*.md'] }",
      {
        when: { event: ['push'], branch: ['main', 'release/**'], tag: ['v*'], path: ['src/**', '!**/*.md'] },
      },
    ],
    ["when: { event: ['!pull_request', 'p*'] }", { when: { event: ['!pull_request', 'p*'] } }],
    [
      'matrix: { node: [20, 1.10], os: [alpine], include: [{ node: 20, os: alpine, extra: x }], exclude: { node: 1.10 } }',
      {
        matrix: {
          axes: [
            { name: 'node', values: ['20', '1.10'] },
            { name: 'os', values: ['alpine'] },
          ],
          include: [{ node: '20', os: 'alpine', extra: 'x' }],
          exclude: [{ node: '1.10' }],
        },
      },
    ],
    ['timeout: 90s', { timeoutSeconds: 90 }],
    ['timeout: 30m', { timeoutSeconds: 1800 }],
    ['timeout: 2h', { timeoutSeconds: 7200 }],
    ['timeout: 1h30m', { timeoutSeconds: 5400 }],
    ['timeout: 45', { timeoutSeconds: 45 }],
    ['retry: 2', { retry: { max: 2 } }],
    [
      'retry: { max: 3, on: [exit, infra], exit_codes: [1, 137] }',
      { retry: { max: 3, on: ['infra', 'exit'], exitCodes: [1, 137] } },
    ],
    ['retry: { max: 1, on: timeout }', { retry: { max: 1, on: ['timeout'] } }],
    ['allow_failure: yes', { allowFailure: true }],
    ['secrets: [NPM_TOKEN]', { secrets: ['NPM_TOKEN'] }],
    [
      'cache: [{ key: npm, paths: [node_modules], restore_keys: [np] }]',
      { cache: [{ key: 'npm', paths: ['node_modules'], restoreKeys: ['np'] }] },
    ],
    ['cache: { key: npm, paths: .npm }', { cache: [{ key: 'npm', paths: ['.npm'], restoreKeys: [] }] }],
    [
      'matrix: { node: [20] }, cache: { key: "${CYCLONE_BRANCH}-${node}-${checksum:{a,b}.lock}", paths: [~/.npm, /go/pkg/mod] }',
      {
        matrix: { axes: [{ name: 'node', values: ['20'] }], include: [], exclude: [] },
        cache: [
          {
            key: '${CYCLONE_BRANCH}-${node}-${checksum:{a,b}.lock}',
            paths: ['~/.npm', '/go/pkg/mod'],
            restoreKeys: [],
          },
        ],
      },
    ],
    ["inputs: 'src/**'", { inputs: ['src/**'] }],
    ['artifacts: [dist, bin/app]', { artifacts: ['dist', 'bin/app'] }],
    [
      'reports: { junit: a.xml, sarif: b.sarif, tap: c.tap, benchmark: d.json }',
      { reports: { junit: 'a.xml', sarif: 'b.sarif', tap: 'c.tap', benchmark: 'd.json' } },
    ],
    [
      'resources: { cpu: 1.5, memory: 512Mi, pids: 512 }',
      { resources: { cpu: 1.5, memory: 512 * 1024 ** 2, pids: 512 } },
    ],
    ['resources: { memory: 1.5G }', { resources: { memory: 1.5e9 } }],
    ['resources: { memory: 134217728 }', { resources: { memory: 134_217_728 } }],
    ['runs_on: arm64', { runsOn: ['arm64'] }],
    ['runs_on: [arm64, gpu]', { runsOn: ['arm64', 'gpu'] }],
    [
      'checkout: { submodules: true, lfs: yes, depth: 5 }',
      { checkout: { submodules: true, lfs: true, depth: 5 } },
    ],
    ['concurrency: production', { concurrency: 'production' }],
  ])('%s', (keys, expected) => {
    expect(options(keys)).toEqual(expected);
    expect(codes(keys)).toEqual([]);
  });

  it('is absent where the file gives nothing of it', () => {
    expect(stagesOf('integration: { image: a, commands: [x], needs: }')[0]).not.toHaveProperty('options');
  });

  it('of a deploy', () => {
    const text =
      'build: { context_dir: . }\ndeploy: { deployment: d, containers: [c], approval: required, environment_name: prod }\n';
    expect(optionsOf(text, 'deploy')).toEqual({ approval: 'required', environmentName: 'prod' });
    expect(problemsOf(text)).toEqual([]);
  });

  it('of a build and of a publish', () => {
    const text = `
build:
  context_dir: .
  args: { A: 1 }
  target: release
  platform: linux/arm64
  cache_from: ghcr.io/a/b:cache
  labels: [team=web]
publish: { image: ghcr.io/acme/api, tags: [latest, 'v\${CYCLONE_TAG}'], when: { branch: main } }
`;
    expect(specOf(text, 'build')).toMatchObject({
      args: ['A=1'],
      target: 'release',
      platform: 'linux/arm64',
      cacheFrom: ['ghcr.io/a/b:cache'],
      labels: ['team=web'],
    });
    expect(specOf(text, 'publish')).toEqual({
      kind: 'publish',
      image: 'ghcr.io/acme/api',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the language's own
      tags: ['latest', 'v${CYCLONE_TAG}'],
    });
    expect(optionsOf(text, 'publish')).toEqual({ when: { branch: ['main'] } });
    expect(stagesOf(text).at(-1)?.line).toBe(9);
  });
});

describe('the file', () => {
  it('says which events run it', () => {
    const text = `
on:
  push: { branches: [main], paths: 'src/**', paths_ignore: ['docs/**'], tags: ['v*'] }
  pull_request: { branches: main, types: [opened, ready_for_review] }
  merge_group:
  schedule: [{ cron: '0 3 * * 1-5', branch: main }]
`;
    expect(configOf(text).on).toEqual({
      push: { branches: ['main'], paths: ['src/**'], pathsIgnore: ['docs/**'], tags: ['v*'] },
      pullRequest: { branches: ['main'], types: ['opened', 'ready_for_review'] },
      mergeGroup: {},
      schedule: [{ cron: '0 3 * * 1-5', branch: 'main' }],
    });
    expect(configOf('on: { push: }').on).toEqual({ push: {} });
    expect(configOf('build: { context_dir: . }')).not.toHaveProperty('on');
  });

  it('has variables for every container, which its stages may set anew', () => {
    const text =
      'environment: { A: 1, B: 2 }\nintegration: { image: a, commands: [x], environment: [B=3, C=4], services: { db: } }\n';
    const { environment, definitions } = configOf(text);
    expect(environment).toEqual(['A=1', 'B=2']);
    expect(definitions[0]?.spec).toMatchObject({
      container: { environment: ['A=1', 'B=3', 'C=4'] },
      services: [{ environment: [] }],
    });
  });

  it('has stages of its own behind the chain, in its order', () => {
    const text = `
stages:
  lint: { image: node, commands: [npm run lint], services: { db: { image: postgres } }, outputs: [a] }
  docs: { dockerfile_name: D, args: { A: 1 } }
build: { context_dir: . }
`;
    expect(stagesOf(text).map(({ id, name, line, column }) => [id, name, line, column])).toEqual([
      ['build', 'build', 5, 1],
      ['publish', 'publish', 5, 1],
      ['lint', 'lint', 3, 3],
      ['docs', 'docs', 4, 3],
    ]);
    expect(specOf(text, 'lint')).toMatchObject({ services: [{ name: 'db' }], outputs: ['a'] });
    expect(specOf(text, 'docs')).toMatchObject({ kind: 'image_build', purpose: 'outputs', args: ['A=1'] });
    expect(problemsOf(text)).toEqual([]);
  });

  it('says who is told', () => {
    const text =
      'notify: [{ email: [a@b.c] }, { slack: SLACK_URL, on: always }, { webhook: https://a.b/c, on: [success, failure] }]';
    expect(configOf(text).notify).toEqual([
      { email: ['a@b.c'], on: ['failure', 'fixed'] },
      { slack: 'SLACK_URL', on: ['always'] },
      { webhook: 'https://a.b/c', on: ['failure', 'success'] },
    ]);
  });
});

describe('parts', () => {
  it('share what stands beside them, and may say otherwise', () => {
    const text = `
pre_build:
  timeout: 5m
  when: { branch: main }
  api: { image: a, commands: [x], timeout: 1m }
  web: { image: b, commands: [x] }
`;
    expect(stagesOf(text).map(({ id, options: given }) => [id, given])).toEqual([
      ['pre_build:api', { timeoutSeconds: 60, when: { branch: ['main'] } }],
      ['pre_build:web', { timeoutSeconds: 300, when: { branch: ['main'] } }],
    ]);
    expect(problemsOf(text.replace('5m', 'soon'))).toEqual(['3:12 error bad-duration']);
  });
});

describe('each mistake has its code', () => {
  it.each([
    ['needs: [lnt]', ['unknown-stage']],
    ['needs: [build]', ['unknown-stage']],
    ['needs: [s]', ['needs-itself']],
    ['when: { event: pushed }', ['unknown-value']],
    ['when: { branches: main }', ['unknown-key']],
    ['when: { branch: [] }', ['empty-list']],
    ["when: { branch: 'a[' }", ['bad-glob']],
    ['when: { path: ../x }', ['outside-workspace']],
    ['matrix: {}', ['empty-matrix']],
    ['matrix: { node: [] }', ['empty-matrix']],
    ['matrix: { node: [1], exclude: [{ node: 1 }] }', ['empty-matrix']],
    ['matrix: { node: [1, 2], exclude: [{ node: 3 }] }', ['matrix-no-match']],
    ['matrix: { node: [1, 2], exclude: [{ nod: 1 }] }', ['matrix-no-match']],
    ['matrix: { node: [1, 2], os: [a], include: [{ node: 3 }] }', ['matrix-no-match']],
    [`matrix: { a: [${Array.from({ length: 257 }, (_, n) => n).join()}] }`, ['too-many-cells']],
    ['matrix: { "a b": [1] }', ['bad-value']],
    ['matrix: { a: ["x\\ny"] }', ['bad-stage-name']],
    ['matrix: { a: 1 }', ['empty-matrix', 'wrong-type']],
    ['timeout: soon', ['bad-duration']],
    ['timeout: 0', ['bad-duration']],
    ['timeout: 1:30', ['bad-duration']],
    ['retry: 99', ['bad-value']],
    ['retry: { on: [infra] }', ['missing-key']],
    ['retry: { max: 1, on: [fire] }', ['unknown-value']],
    ['retry: { max: 1, on: [infra], exit_codes: [1] }', ['ignored-value']],
    ['retry: { max: 1, exit_codes: [0, 256] }', ['bad-value', 'bad-value']],
    ['retry: often', ['wrong-type']],
    ['secrets: [a-b]', ['bad-secret-name']],
    [
      'secrets: [CYCLONE_SHA, CYCLONE, _cyclone_end]',
      ['bad-secret-name', 'bad-secret-name', 'bad-secret-name'],
    ],
    ['runs_on: [a b]', ['bad-value']],
    ["runs_on: ''", ['bad-value']],
    ['runs_on: "a:b"', ['bad-value']],
    ['runs_on: [a, b, c, d, e, f, g, h, i, j, k]', ['too-many']],
    ['cache: [{ key: a, paths: [../x] }]', ['outside-workspace']],
    ['cache: [{ key: a, paths: ["[x"] }]', ['bad-glob']],
    ['cache: [{ key: a, paths: [$HOME/.npm, "a/${node}"] }]', ['bad-cache-path', 'bad-cache-path']],
    ...[
      '/',
      '~',
      '/etc/ssl',
      '/usr',
      '/usr/bin/',
      '/root/code/x',
      '~/../etc',
      '/var/lib',
      '/go/*',
      '/proc/1',
    ].map((path): [string, string[]] => [`cache: [{ key: a, paths: ["${path}"] }]`, ['bad-cache-path']]),
    ['cache: [{ key: "${CYCLONE_BRANHC}", paths: [a] }]', ['unknown-placeholder']],
    [
      'cache: [{ key: "${HOME}", paths: [a], restore_keys: ["${node}"] }]',
      Array(2).fill('unknown-placeholder'),
    ],
    ['cache: [{ key: "a-${CYCLONE_SHA", paths: [a] }]', ['unknown-placeholder']],
    ['cache: [{ key: "${{ hashFiles(\'a\') }}", paths: [a] }]', ['unknown-placeholder']],
    ['cache: [{ key: "${checksum:}", paths: [a] }]', ['bad-glob']],
    ['cache: [{ key: "${checksum:[a}", paths: [a] }]', ['bad-glob']],
    [`cache: [{ key: ${'k'.repeat(513)}, paths: [a] }]`, ['bad-value']],
    ['cache: [{ key: a }]', ['missing-key']],
    ['inputs: [../x]', ['outside-workspace']],
    ['artifacts: [~/x]', ['outside-workspace']],
    ['reports: { junit: a/../../b }', ['outside-workspace']],
    ['resources: { memory: 512m }', ['bad-size']],
    ['resources: { memory: 512 }', ['bad-size']],
    ['resources: { cpu: 0 }', ['bad-value']],
    ['checkout: { depth: 0 }', ['bad-value']],
    ['concurrency: ""', ['bad-value']],
    ['approval: required', ['only-deploy']],
    ['environment_name: prod', ['only-deploy']],
    ['services: { s: }', ['service-name']],
    ['comands: [x]', ['unknown-key']],
    ['target: x', ['ignored-key']],
  ])('%s', (keys, expected) => {
    expect(codes(keys)).toEqual(expected);
  });

  it.each([
    ['on: { relaese: }', '1:7 error unknown-event'],
    ['on: {}', '1:1 error empty-list'],
    ['on: { pull_request: { types: [open] } }', '1:31 error unknown-value'],
    ["on: { schedule: [{ cron: '0 25 * * *' }] }", '1:26 error bad-cron'],
    [`on: { schedule: [${"{ cron: '0 3 * * *' }, ".repeat(21)}] }`, '1:7 error too-many'],
    ['stages: { build: { image: a } }', '1:11 error reserved-stage-name'],
    ['build: { context_dir: ., cache: { key: a, paths: [b, /c/d] } }', '1:54 error bad-cache-path'],
    ['build: { context_dir: . }\npublish: { artifacts: [a] }', '2:12 error misplaced-key'],
    ['build: { context_dir: . }\npublish: { inputs: [a] }', '2:12 error misplaced-key'],
    ['stages: { a/b: { image: a } }', '1:11 error bad-stage-name'],
    ['stages: { "..": { image: a } }', '1:11 error bad-stage-name'],
    ['stages: { a: {} }', '1:11 error no-image'],
    ['notify: [{ on: always }]', '1:10 error missing-key'],
    ['notify: [{ email: nobody }]', '1:19 error bad-value'],
    ['notify: [{ slack: https://hooks.example }]', '1:19 error bad-secret-name'],
    ['notify: [{ webhook: hooks }]', '1:21 error bad-value'],
    ['notify: [{ webhook: https://a.b, on: [failed] }]', '1:39 error unknown-value'],
    ['build: { context_dir: . }\npublish: { image: a/b:1 }', '2:19 error bad-value'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the language's own
    ['build: { context_dir: . }\npublish: { tags: "${CYCLONE_TGA}" }', '2:18 error unknown-value'],
    ['build: { context_dir: . }\npublish: { tags: "a b" }', '2:18 error bad-value'],
    ['build: { context_dir: ., platform: arm }', '1:36 error bad-value'],
    ['build: { context_dir: ., labels: [a=1, cyclone.install=x] }', '1:40 error bad-value'],
    ['build: { context_dir: ., labels: { cyclone.run: 1 } }', '1:36 error bad-value'],
  ])('%s', (text, expected) => {
    expect(problemsOf(text)).toEqual([expected]);
  });

  it.each([
    ['build: { context_dir: ., secrets: [A] }', '1:26'],
    ['pre_build: { context_dir: ., secrets: [A] }', '1:30'],
    ['build: { context_dir: . }\npublish: { secrets: [A] }', '2:12'],
    ['build: { context_dir: . }\ndeploy: { deployment: d, containers: [c], secrets: [A] }', '2:43'],
  ])('has no container that could have secrets: %s', (text, place) => {
    expect(problemsOf(text).filter((problem) => problem.includes(' error '))).toEqual([
      `${place} error misplaced-key`,
    ]);
  });

  it('names a stage that is there twice', () => {
    expect(problemsOf('stages:\n  a: { image: a }\n  a: { image: b }\n')).toEqual([
      '3:3 warning duplicate-key',
      '3:3 error duplicate-stage',
    ]);
  });

  it('puts what is said of a deploy into its first entry', () => {
    const text =
      'build: { context_dir: . }\ndeploy:\n  - { deployment: a, containers: [c] }\n  - { deployment: b, containers: [c], approval: required }\n';
    expect(problemsOf(text)).toEqual(['4:39 error misplaced-key']);
  });

  it('counts all cells of all stages', () => {
    const values = Array.from({ length: 250 }, (_, n) => n).join();
    const stages = ['a', 'b', 'c', 'd', 'e'].map(
      (name) => `  ${name}: { image: a, matrix: { n: [${values}] } }\n`,
    );
    expect(problemsOf(`stages:\n${stages.join('')}`)).toEqual(['6:3 error too-many-stages']);
  });
});

it.each([
  ['on: push', 'write on: { push: }'],
  ['on: [push, pull_request]', 'write on: { push:, pull_request: }'],
  ['on: often', 'write "key: value" lines below it, indented'],
])('%s is told how it is written', (on, hint) => {
  const [issue] = issuesOf(`${on}\npost_build: { image: a, commands: [x] }`);
  expect(issue).toMatchObject({ code: 'wrong-type', line: 1, column: 5, hint });
});

it.each(['on: { push: }', 'on: { push:, pull_request: }'])('and %s is right', (on) => {
  expect(issuesOf(`${on}\npost_build: { image: a, commands: [x] }`)).toEqual([]);
});
