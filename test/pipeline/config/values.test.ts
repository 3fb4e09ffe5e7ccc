import { describe, expect, it } from '@jest/globals';
import type { ContainerSpec } from '../../../src/pipeline/model.js';
import { containerOf, problemsOf } from './reading.js';

/** The container of a stage that has these lines, besides image and commands. */
function container(...lines: string[]): ContainerSpec {
  return containerOf(stage(...lines), 'integration').container;
}

/** The first of the lines is line 4 of the file. */
function stage(...lines: string[]): string {
  return `integration:\n  image: a\n  commands: [x]\n${lines.map((line) => `  ${line}\n`).join('')}`;
}

describe('text', () => {
  it('stays as it was written, whatever YAML takes it for', () => {
    expect(container('cpuset: 0').cpuset).toBe('0');
    expect(
      containerOf('post_build: { image: 1.10, commands: [1.10, yes, 0x1F, 2001-01-01, 1:30] }', 'post_build'),
    ).toMatchObject({
      container: { image: '1.10', commands: ['1.10', 'yes', '0x1F', '2001-01-01', '1:30'] },
    });
  });

  it('keeps the lines of a block, and its last line end', () => {
    expect(
      containerOf('post_build:\n  image: a\n  commands:\n    - |\n      a\n      b\n', 'post_build').container
        .commands,
    ).toEqual(['a\nb\n']);
  });
});

describe('environment', () => {
  it('is a list in its order, values with = and all', () => {
    expect(container('environment: [B=1, "A=x=y z", EMPTY=]').environment).toEqual([
      'B=1',
      'A=x=y z',
      'EMPTY=',
    ]);
  });

  it('has names without "=" and NUL, and some', () => {
    expect(problemsOf(stage('environment: { A=B: 1, C: 2 }'))).toEqual(['4:18 error bad-value']);
    expect(problemsOf(stage('environment: { "": 1 }'))).toEqual(['4:18 error bad-value']);
    expect(problemsOf(stage('environment: { "A\\0": 1 }'))).toEqual(['4:18 error bad-value']);
    expect(problemsOf('environment: { A=B: 1 }\npost_build: { image: a, commands: [x] }')).toEqual([
      '1:16 error bad-value',
    ]);
  });

  it('is a map in its order, numbers and booleans as their text', () => {
    expect(container('environment: { B: 1.10, A: yes, C: , D: "x y", E: 0x1F }').environment).toEqual([
      'B=1.10',
      'A=yes',
      'C=',
      'D=x y',
      'E=0x1F',
    ]);
  });

  it('teaches its forms', () => {
    expect(problemsOf(stage('environment:', '  - A: b', '  - C', '  - =d'))).toEqual([
      '5:7 error wrong-type',
      '6:7 warning bad-value',
      '7:7 error bad-value',
    ]);
    expect(problemsOf(stage('environment: A=b'))).toEqual(['4:16 error wrong-type']);
    expect(problemsOf(stage('environment: { A: [b] }'))).toEqual(['4:21 error wrong-type']);
  });
});

describe('words', () => {
  it('splits strings, and leaves lists alone', () => {
    expect(container(`command: sh -c 'echo "a b"'`, 'entrypoint: ["a b", c]')).toMatchObject({
      command: ['sh', '-c', 'echo "a b"'],
      entrypoint: ['a b', 'c'],
    });
    expect(container('ports: "80:80 90:90"').ports).toEqual(['80:80', '90:90']);
  });

  it('has none in an empty string', () => {
    expect(container('command: ""')).not.toHaveProperty('command');
  });

  it('says which quote is open', () => {
    expect(problemsOf(stage(`command: echo "it's`))).toEqual(['4:12 error unbalanced-quote']);
  });
});

describe('flags and sizes', () => {
  it.each(['true', 'yes', 'on', 'y', 'True'])('%s is true, as in YAML 1.1', (text) => {
    expect(container(`pull: ${text}`).pull).toBe(true);
  });

  it('takes no quoted flag or number, as v0.2 did not', () => {
    expect(problemsOf(stage('pull: "yes"', 'privileged: 1', 'mem_limit: "5"'))).toEqual([
      '4:9 error wrong-type',
      '5:15 error wrong-type',
      '6:14 error wrong-type',
    ]);
  });

  it('reads memory in bytes, and says what 512m would be', () => {
    expect(container('mem_limit: 134217728').memLimit).toBe(134_217_728);
    expect(container('mem_limit: 0')).not.toHaveProperty('memLimit');
    expect(problemsOf(stage('mem_limit: 512'))).toEqual(['4:14 warning bad-value']);
    expect(problemsOf(stage('mem_limit: -1'))).toEqual(['4:14 error bad-value']);
    expect(problemsOf(stage('mem_limit: .inf'))).toEqual(['4:14 error bad-value']);
  });
});

describe('lists', () => {
  it('are not strings where v0.2 took none', () => {
    expect(problemsOf('integration:\n  image: a\n  commands: go test\n')).toEqual(['3:13 error wrong-type']);
    expect(problemsOf(stage('volumes: .:/src'))).toEqual(['4:12 error wrong-type']);
  });

  it('may be strings for name servers', () => {
    expect(container('dns: 8.8.8.8').dns).toEqual(['8.8.8.8']);
  });

  it('lose empty items, and say so', () => {
    expect(problemsOf('integration:\n  image: a\n  commands:\n    - a\n    -\n')).toEqual([
      '5:6 warning empty-item',
    ]);
  });

  it('teach that a colon makes a map', () => {
    expect(problemsOf('integration:\n  image: a\n  commands:\n    - echo a: b\n')).toEqual([
      '4:7 error wrong-type',
    ]);
  });

  it('point to the key when the wrong value is a block below it', () => {
    expect(problemsOf(stage('pull:', '  a: b'))).toEqual(['4:3 error wrong-type']);
  });
});

describe('volumes', () => {
  it('keeps what mounts something', () => {
    expect(container('volumes: [".:/src", "./a:/b:ro", nothing]').volumes).toEqual(['.:/src', './a:/b:ro']);
  });

  it('names what does not, and what policy decides', () => {
    expect(
      problemsOf(
        stage(
          'volumes:',
          '- nothing',
          '- ":/b"',
          '- "./a:"',
          '- ./a/../../b:/b',
          '- /var/run/docker.sock:/s',
        ),
      ),
    ).toEqual([
      '5:5 warning ignored-value',
      '6:5 error bad-value',
      '7:5 error bad-value',
      '8:5 error outside-workspace',
      '9:5 warning needs-trust',
    ]);
  });
});

describe('what policy decides, and secrets', () => {
  it('are warnings at their keys', () => {
    expect(
      problemsOf(stage('privileged: true', 'devices: [/dev/fuse]', 'net: host', 'net: container:x')),
    ).toEqual([
      '4:3 warning needs-trust',
      '5:3 warning needs-trust',
      '7:3 warning duplicate-key',
      '7:3 warning needs-trust',
    ]);
    expect(problemsOf(stage('oom_kill_disable: true', 'net: somebody-elses'))).toEqual([
      '4:3 warning needs-trust',
      '5:3 warning needs-trust',
    ]);
    for (const own of ['bridge', 'default', 'none']) {
      expect(
        problemsOf(stage('privileged: no', 'devices: []', 'oom_kill_disable: no', `net: ${own}`)),
      ).toEqual([]);
    }
  });

  it('reads credentials and asks to move them', () => {
    expect(container('auth_config: { username: u, email: e@x.y }').authConfig).toEqual({
      username: 'u',
      email: 'e@x.y',
    });
    const text = stage('auth_config:', '  username: u', '  password: p', '  registry_token: t', '  mail: m');
    expect(problemsOf(text)).toEqual([
      '6:15 warning secret-in-file',
      '7:21 warning secret-in-file',
      '8:5 warning unknown-key',
    ]);
  });
});
