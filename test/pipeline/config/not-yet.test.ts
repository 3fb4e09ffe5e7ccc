import { describe, expect, it } from '@jest/globals';
import { NOT_YET } from '../../../src/pipeline/config/not-yet.js';
import { parseConfig } from '../../../src/pipeline/config/parse.js';

/** Each key that v0.2 did not have, with the place of its use. */
const USES: Readonly<Record<string, readonly [text: string, place: string]>> = {
  on: ['on: { push: }\nbuild: { context_dir: . }', '1:1'],
  environment: ['environment: { A: 1 }\nbuild: { context_dir: . }', '1:1'],
  stages: ['stages: { lint: { image: a } }', '1:1'],
  publish: ['build: { context_dir: . }\npublish: { timeout: 5m }', '2:1'],
  ...ofPublish('image: a'),
  ...ofPublish('tags: [a]'),
  notify: ['notify: []', '1:1'],
  ...ofStage('when: { branch: main }'),
  ...ofStage('needs: []'),
  ...ofStage('matrix: { node: [20, 22] }'),
  ...ofStage('timeout: 30m'),
  ...ofStage('retry: 2'),
  ...ofStage('allow_failure: yes'),
  services: ['post_build: { image: a, commands: [x], services: { b: } }', '1:40'],
  ...ofStage('secrets: [TOKEN]'),
  ...ofStage('cache: [{ key: a, paths: [b] }]'),
  ...ofStage('inputs: [src/**]'),
  ...ofStage('artifacts: [dist]'),
  ...ofStage('reports: { junit: a.xml }'),
  ...ofStage('resources: { cpu: 1 }'),
  ...ofStage('runs_on: [arm64]'),
  ...ofStage('checkout: { lfs: yes }'),
  ...ofStage('concurrency: a'),
  environment_name: [
    'build: {context_dir: .}\ndeploy: { deployment: d, containers: [c], environment_name: p }',
    '2:43',
  ],
  approval: [
    'build: {context_dir: .}\ndeploy: { deployment: d, containers: [c], approval: required }',
    '2:43',
  ],
  ...ofBuild('args: { A: 1 }'),
  ...ofBuild('target: a'),
  ...ofBuild('platform: linux/amd64'),
  ...ofBuild('cache_from: [a]'),
  ...ofBuild('labels: { A: 1 }'),
};

function ofStage(key: string): Record<string, [string, string]> {
  return { [nameOf(key)]: [`post_build: { image: a, commands: [x], ${key} }`, '1:40'] };
}

function ofBuild(key: string): Record<string, [string, string]> {
  return { [nameOf(key)]: [`build: { context_dir: ., ${key} }`, '1:26'] };
}

function ofPublish(key: string): Record<string, [string, string]> {
  return { [nameOf(key)]: [`build: { context_dir: . }\npublish: { ${key} }`, '2:12'] };
}

function nameOf(key: string): string {
  return key.split(':')[0] ?? '';
}

describe('keys that no worker carries out yet', () => {
  it.each(Object.entries(USES))('%s is refused as long as it is in the list', (key, [text, place]) => {
    const errors = parseConfig(text).issues.filter(({ severity }) => severity === 'error');
    const refused = errors.map(({ code, line, column }) => `${code} ${line}:${column}`);
    expect(refused).toEqual(NOT_YET.includes(key) ? [`not-supported-yet ${place}`] : []);
  });

  it('are all of them known', () => {
    expect(NOT_YET.filter((key) => !Object.hasOwn(USES, key))).toEqual([]);
    expect(new Set(NOT_YET).size).toBe(NOT_YET.length);
  });

  it('are refused once for all parts that share them', () => {
    const text =
      'pre_build:\n  timeout: 5m\n  a: { image: a, commands: [x] }\n  b: { image: b, commands: [x] }\n';
    const { definitions, issues } = parseConfig(text);
    expect(issues.filter(({ code }) => code === 'not-supported-yet').length).toBe(
      NOT_YET.includes('timeout') ? 1 : 0,
    );
    expect(definitions.map(({ options }) => options)).toEqual([
      { timeoutSeconds: 300 },
      { timeoutSeconds: 300 },
    ]);
  });
});
