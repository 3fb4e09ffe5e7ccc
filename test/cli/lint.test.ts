import { describe, expect, it } from '@jest/globals';
import { lint } from '../../src/cli/lint.js';

const FILE = `pre_build:
  image: golang
  commands: [make]
build:
  dockerfile_name: Dockerfile
postbuild:
  image: a
deploy:
  deployment: api
  containers: [web]
  type: kubernetes
  token: t0psecret
`;

interface Run {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(args: string[], files: Record<string, string> = {}, colour = false): Promise<Run> {
  let out = '';
  let err = '';
  const status = await lint(args, {
    read: async (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' });
      return text;
    },
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    colour,
  });
  return { status, out, err };
}

interface Printed {
  readonly issues: readonly Record<string, unknown>[];
  readonly plan: { readonly stages: readonly Record<string, unknown>[] };
}

async function json(text: string, ...args: string[]): Promise<Printed> {
  const { out } = await run(['f.yml', '--format', 'json', ...args], { 'f.yml': text });
  return JSON.parse(out) as Printed;
}

describe('lint for people', () => {
  it('shows each issue at its line, and hides the token', async () => {
    const { status, out } = await run([], { 'caicloud.yml': FILE });
    expect(status).toBe(0);
    expect(
      out,
    ).toBe(`caicloud.yml:6:1 warning unknown-key  "postbuild" is not a section; Cyclone v0.2 ignored it too
   6 | postbuild:
     | ^^^^^^^^^ did you mean post_build?
caicloud.yml:12:10 warning secret-in-file  token stands in the file, for everyone who can read the repository and its history
  12 |   token: ***
     |          ^^^ renew it, and keep it in the server's settings instead
2 warnings, 0 errors · 4 stages on a tag, 2 on a push
`);
  });

  it('counts the stages of one event when asked', async () => {
    const { out } = await run(['--event', 'pull_request'], { 'caicloud.yml': FILE });
    expect(out).toMatch(/2 warnings, 0 errors · 2 stages on a pull request to main\n$/);
  });

  it('exits 1 on errors, and says that nothing runs', async () => {
    const { status, out } = await run(['x.yml'], { 'x.yml': 'build: 3\n' });
    expect(status).toBe(1);
    expect(out).toMatch(/^x\.yml:1:8 error wrong-type /);
    expect(out).toMatch(/0 warnings, 1 error · nothing runs until the errors are mended\n$/);
  });

  it('says so when all is well', async () => {
    const { status, out } = await run([], { 'caicloud.yml': 'build: { context_dir: . }' });
    expect([status, out]).toEqual([0, '0 warnings, 0 errors · 2 stages on a tag, 1 on a push\n']);
  });

  it('keeps long lines, tabs and lines of Windows readable', async () => {
    const { out } = await run(['f'], {
      f: `build:\r\n  context_dir: .\r\n  image: "${'a'.repeat(300)}"\t# b\r\n`,
    });
    const [, line = '', caret = ''] = out.split('\n');
    expect(line.length).toBeLessThan(120);
    expect(caret.indexOf('^')).toBe(line.indexOf('image'));
    const far = await run(['f'], { f: `build: {context_dir: .,${' '.repeat(300)}x: 1}` });
    const [, farLine = '', farCaret = ''] = far.out.split('\n');
    expect(farLine[farCaret.indexOf('^')]).toBe('x');
  });

  it('lets no control character of the file reach the terminal', async () => {
    const { out } = await run(['f'], { f: 'build: { context_dir: ., "\\e[31mx": 1, \u202ey: 1 }' });
    expect(out).toContain('unknown-key');
    expect(out).not.toMatch(/[^\P{Cc}\n]|\u202e/u);
  });

  it('uses colours only where they are wanted', async () => {
    const plain = await run([], { 'caicloud.yml': FILE });
    const coloured = await run([], { 'caicloud.yml': FILE }, true);
    expect(plain.out).not.toContain('\u001b');
    expect(coloured.out).toContain('\u001b[33mwarning');
    // eslint-disable-next-line no-control-regex
    expect(coloured.out.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain.out);
  });
});

const CONDITIONS = `on:
  push: { branches: [main, 'release/**'], tags: ['v*'] }
stages:
  docs: { image: a, commands: [x], when: { path: 'docs/**' } }
  release: { image: a, commands: [x], when: { branch: 'release/*' } }
  cells: { image: a, commands: [x], needs: [docs], matrix: { n: [1, 2, 3] } }
`;

describe('lint for an event', () => {
  it.each([
    [['--event', 'push'], '4 stages on a push to main'],
    [['--branch', 'release/2'], '5 stages on a push to release/2'],
    [['--changed', 'src/a.ts', '--changed', 'README.md'], '3 stages on a push to main'],
    [['--tag', 'v2'], '4 stages on the tag v2'],
    [
      ['--branch', 'x'],
      'nothing runs: caicloud.yml runs on pushes to branch main or release/**; this is a push to x',
    ],
    [['--event', 'schedule'], 'nothing runs: caicloud.yml runs on push; this is a scheduled run of main'],
  ])('%j: %s', async (args, words) => {
    const { out } = await run(['f', ...args], { f: CONDITIONS });
    expect(out).toBe(`0 warnings, 0 errors · ${words}\n`);
  });

  it('shows programs what of the file it runs', async () => {
    const names = async (...args: string[]) =>
      (await json(CONDITIONS, ...args)).plan.stages.map((stage) => stage['name']);
    expect(await names('--branch', 'release/2')).toEqual(['docs', 'release', 'cells']);
    expect(await names('--changed', 'a')).toEqual(['cells']);
    expect(await names('--branch', 'x')).toEqual([]);
  });

  it('prints its graph for people and for programs', async () => {
    const { out } = await run(['f', '--plan', '--changed', 'a'], { f: CONDITIONS });
    expect(out).toContain(`Plan for a push to main: 3 of 5 stages run, in 3 jobs

cells          3 cells
  cells (n=1)
  cells (n=2)
  cells (n=3)

left out
  docs         runs on changes of docs/**; nothing of it changed
  release      runs on branch release/*; this is a push to main
`);
    const { graph } = JSON.parse(
      (await run(['f', '--plan', '--format', 'json', '--tag', 'v1'], { f: CONDITIONS })).out,
    ) as { graph: unknown };
    expect(graph).toMatchObject({
      event: 'tag',
      trial: 'the tag v1',
      stages: [
        { id: 'cells (n=1)', name: 'cells', cell: { n: '1' }, waitsFor: ['docs'] },
        { id: 'cells (n=2)' },
        { id: 'cells (n=3)' },
        { id: 'docs', name: 'docs' },
        { id: 'release', skip: 'runs on branch release/*; this is tag v1' },
      ],
      jobs: [
        { id: 'cells-n-1', stages: ['cells (n=1)'], needs: ['docs'] },
        { id: 'cells-n-2' },
        { id: 'cells-n-3' },
        { id: 'docs', needs: [] },
      ],
    });
  });
});

describe('lint for programs', () => {
  it('prints issues and plan, without what is empty', async () => {
    const text = `
build: { context_dir: app }
integration:
  image: golang
  pull: yes
  privileged: no
  environment: { B: 1, A: x }
  commands: [go test]
  entrypoint: ["sh"]
  command: -c ls
  volumes: [".:/src"]
  ports: "80:80"
  extra_hosts: ["a:1.2.3.4"]
  dns: 8.8.8.8
  devices: [/dev/fuse]
  net: bridge
  mem_limit: 134217728
  cpuset: 0-1
  oom_kill_disable: true
  auth_config: { username: u, password: hunter2, email: e@x.y, registry_token: tok3n }
  services: { db: { image: postgres, links: [db] } }
  nonsense: 1
`;
    const { issues, plan } = await json(text);
    expect(issues.at(-1)).toEqual({
      code: 'unknown-key',
      severity: 'warning',
      message: '"nonsense" is not a key of integration; Cyclone v0.2 ignored it too',
      hint: expect.stringMatching(/^there are image, /),
      line: 22,
      column: 3,
    });
    expect(plan.stages).toEqual([
      { name: 'build', kind: 'image_build', contextDir: 'app', dockerfileName: 'Dockerfile' },
      {
        name: 'integration',
        kind: 'container',
        image: 'golang',
        pull: true,
        environment: ['B=1', 'A=x'],
        commands: ['go test'],
        entrypoint: ['sh'],
        command: ['-c', 'ls'],
        volumes: ['.:/src'],
        ports: ['80:80'],
        extraHosts: ['a:1.2.3.4'],
        dns: ['8.8.8.8'],
        devices: ['/dev/fuse'],
        net: 'bridge',
        memLimit: 134217728,
        cpuset: '0-1',
        oomKillDisable: true,
        authConfig: { username: 'u', email: 'e@x.y' },
        services: [{ name: 'db', image: 'postgres', links: ['db'] }],
      },
      { name: 'publish', kind: 'publish' },
    ]);
  });

  it('names parts, and every target of a deploy', async () => {
    const { plan } = await json(
      'build: { api: { context_dir: . } }\ndeploy: [{ deployment: a, containers: [c] }, { type: kubernetes, token: t0psecret, host: h }]\n',
    );
    expect(plan.stages).toEqual([
      { name: 'build', part: 'api', kind: 'image_build', contextDir: '.', dockerfileName: 'Dockerfile' },
      { name: 'publish', kind: 'publish' },
      {
        name: 'deploy',
        kind: 'deploy',
        deploy: { type: 'caicloud_claas', deployment: 'a', containers: ['c'] },
      },
      { name: 'deploy', kind: 'deploy', deploy: { type: 'kubernetes', host: 'h' } },
    ]);
  });

  it.each([
    ['push', ['pre_build', 'build']],
    ['pull_request', ['pre_build', 'build']],
    ['tag', ['pre_build', 'build', 'publish', 'deploy']],
  ])('shows the stages of %s', async (event, names) => {
    const { plan } = await json(FILE, '--event', event);
    expect(plan.stages.map((stage) => stage['name'])).toEqual(names);
  });

  it('prints no password and no token', async () => {
    const text = `${FILE}integration:\n  image: a\n  commands: [x]\n  auth_config: { password: hunter2, registry_token: tok3n }\n`;
    for (const format of ['text', 'json']) {
      const { out } = await run(['f', '--format', format], { f: text });
      expect(out).not.toMatch(/t0psecret|hunter2|tok3n/);
    }
  });

  it('exits 1 on errors', async () => {
    expect(await run(['f', '--format=json'], { f: 'a: *b' })).toMatchObject({ status: 1, err: '' });
  });
});

describe('lint for a workflow', () => {
  it('makes an annotation of each issue', async () => {
    const { status, out } = await run(['--format', 'github'], { 'caicloud.yml': `${FILE}integration: 3\n` });
    expect(status).toBe(1);
    expect(out.split('\n')).toEqual([
      '::warning file=caicloud.yml,line=6,endLine=6,col=1,endColumn=10,title=unknown-key::"postbuild" is not a section; Cyclone v0.2 ignored it too: did you mean post_build?',
      expect.stringMatching(
        /^::warning file=caicloud\.yml,line=12,endLine=12,col=10,.*title=secret-in-file::/,
      ),
      expect.stringMatching(
        /^::error file=caicloud\.yml,line=13,endLine=13,col=14,endColumn=15,title=wrong-type::/,
      ),
      '',
    ]);
    expect(out).not.toContain('t0psecret');
  });

  it('lets no text of the file end a command or begin one', async () => {
    const { out } = await run(['a,b:c%.yml', '--format=github'], {
      'a,b:c%.yml': '"x%0A::error::y\\n": 1\n',
    });
    expect(out).toMatch(/^::warning file=a%2Cb%3Ac%25\.yml,line=1,/);
    expect(out).toContain('"x%250A::error::y ');
    expect(out.trim().split('\n')).toHaveLength(1);
  });

  it('says nothing of a file that is well', async () => {
    expect(await run(['--format', 'github'], { 'caicloud.yml': 'build: { context_dir: . }' })).toEqual({
      status: 0,
      out: '',
      err: '',
    });
  });
});

describe('wrong use', () => {
  it.each([
    [['--format', 'xml'], '--format is text, json, github'],
    [['--event', 'release'], '--event is push, tag, pull_request, merge_group, schedule'],
    [['--branch', 'a', '--tag', 'b'], '--branch or --tag, not both'],
    [['--event', 'push', '--tag', 'b'], '--tag is for the event tag, not for push'],
    [['--event', 'tag', '--branch', 'b'], '--branch is not for the event tag'],
    [['a', 'b'], 'one file at a time, not 2'],
    [['--strict'], '--strict'],
  ])('%j exits 2 with the usage', async (args, words) => {
    const { status, out, err } = await run(args, { a: '', 'caicloud.yml': '' });
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(words);
    expect(err).toContain('Usage: cyclone lint');
  });

  it('exits 2 for a file that cannot be read', async () => {
    const { status, err } = await run(['nowhere.yml']);
    expect([status, err]).toEqual([2, 'cyclone lint: cannot read nowhere.yml: there is no such file\n']);
  });

  it('helps', async () => {
    const { status, out } = await run(['--help']);
    expect(status).toBe(0);
    expect(out).toMatch(/^Usage: cyclone lint/);
  });
});
