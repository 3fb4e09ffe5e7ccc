import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../src/pipeline/config/parse.js';
import { problemsOf, stagesOf } from './reading.js';

const hints = (text: string): string[] => parseConfig(text).issues.map(({ hint }) => hint);

describe('unknown keys', () => {
  it('are warnings where v0.2 ignored them', () => {
    expect(
      problemsOf('postbuild:\n  image: a\nintegration:\n  image: a\n  env: [A=1]\n  commands: [x]\n'),
    ).toEqual(['1:1 warning unknown-key', '5:3 warning unknown-key']);
  });

  it.each([
    ['postbuild: {}', 'did you mean post_build?'],
    ['Build: {}', 'did you mean build?'],
    ['itnegration: {}', 'did you mean integration?'],
    ['integration: {image: a, commands: [x], env: []}', 'did you mean environment?'],
    ['integration: {image: a, commands: [x], memLimit: 1}', 'did you mean mem_limit?'],
    ['integration: {image: a, commands: [x], network_mode: host}', 'did you mean net?'],
    ['integration: {image: a, commands: [x], outputs: [x]}', 'it is a key of pre_build'],
    ['build: {dockerfile_name: D, dockerfile: E}', 'did you mean dockerfile_name?'],
    [
      'x-anchors: {}',
      'there are pre_build, build, integration, post_build, deploy, on, environment, stages, publish, notify',
    ],
  ])('%s: %s', (text, hint) => {
    expect(hints(text)).toEqual([hint]);
  });

  it('are errors where v0.2 took the section for parts and failed', () => {
    expect(problemsOf('pre_build:\n  imgae: golang\n  commands: [x]\n')).toEqual(['2:3 error unknown-key']);
    expect(hints('pre_build:\n  imgae: golang\n  commands: [x]\n')).toEqual(['did you mean image?']);
    expect(problemsOf('post_build:\n  commands: [x]\n')).toEqual(['1:1 error no-image']);
  });

  it('may be called like what every object has', () => {
    expect(
      problemsOf('constructor: 1\nbuild: { dockerfile_name: D, __proto__: { a: 1 }, toString: 2 }\n'),
    ).toEqual(['1:1 warning unknown-key', '2:30 warning unknown-key', '2:51 warning unknown-key']);
  });
});

describe('all at once', () => {
  it('collects the mistakes of a file in its order', () => {
    const text = `pre_build:
  image: golang
  comands: [make]
  pull: maybe
build:
  dockerfile: D
integration:
  cpuset: [0]
  commands: go test
  services: redis
deploy: yes
`;
    expect(problemsOf(text)).toEqual([
      '1:1 warning own-command',
      '3:3 warning unknown-key',
      '4:9 error wrong-type',
      '6:3 error unknown-key',
      '7:1 warning no-built-image',
      '8:11 error wrong-type',
      '9:13 error wrong-type',
      '10:13 error wrong-type',
      '11:9 error wrong-type',
    ]);
  });

  it('still says what could be understood', () => {
    const { definitions } = parseConfig('pre_build: { image: a, commands: [x], pull: maybe }');
    expect(definitions).toMatchObject([
      { id: 'pre_build', spec: { container: { image: 'a', pull: false } } },
    ]);
  });

  it('gives every issue words, a hint and an end', () => {
    const { issues } = parseConfig('bild:\n\n x: 1\nbuild: { pull: 1, context_dir: [] }\ndeploy: 3\n');
    for (const issue of issues) {
      expect(issue.message).not.toBe('');
      expect(issue.hint).not.toBe('');
      expect([issue.endLine, issue.endColumn]).not.toContain(undefined);
    }
    expect(issues).toHaveLength(4);
  });

  it('shows two hundred, errors before warnings, and says how many are left', () => {
    const warnings = Array.from({ length: 300 }, (_, index) => `key${index}: 1`).join('\n');
    const { issues } = parseConfig(`${warnings}\nbuild: 3\n`);
    expect(issues).toHaveLength(200);
    expect(issues.filter(({ severity }) => severity === 'error').map(({ line }) => line)).toEqual([301]);
    expect(issues.at(-1)).toMatchObject({ code: 'too-many-issues', severity: 'warning' });
  });

  it('keeps its messages on one line, and short', () => {
    const { issues } = parseConfig(`"a\\e[31m\\nb": 1\n"${'x'.repeat(2000)}": 1\n`);
    for (const { message } of issues) {
      expect(message).not.toMatch(/\p{Cc}/u);
      expect(message.length).toBeLessThanOrEqual(301);
    }
  });
});

describe('how much', () => {
  it('limits parts and services', () => {
    const parts = Array.from({ length: 102 }, (_, index) => `  p${index}: { context_dir: a }\n`).join('');
    expect(problemsOf(`build:\n${parts}`)).toEqual(['102:3 error too-many']);
    const services = Array.from({ length: 51 }, (_, index) => `    s${index}:\n`).join('');
    expect(problemsOf(`integration:\n  image: a\n  commands: [x]\n  services:\n${services}`)).toEqual([
      '55:5 error too-many',
    ]);
    expect(stagesOf('build: { a: { context_dir: a } }')).toHaveLength(2);
  });
});
