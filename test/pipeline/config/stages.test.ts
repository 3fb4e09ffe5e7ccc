import { describe, expect, it } from '@jest/globals';
import { dockerfileOnly, parseConfig } from '../../../src/pipeline/config/parse.js';
import { containerOf, problemsOf, specOf, stagesOf } from './reading.js';

const ids = (text: string): string[] => stagesOf(text).map(({ id }) => id);

describe('order and names', () => {
  it('is the chain, whatever the order of the file', () => {
    const text = `
deploy: [{ deployment: d, containers: [c] }]
post_build: { image: a, commands: [x] }
integration: { commands: [x] }
build: { dockerfile_name: Dockerfile }
pre_build: { image: a, commands: [x] }
`;
    expect(ids(text)).toEqual(['pre_build', 'build', 'integration', 'publish', 'post_build', 'deploy']);
  });

  it('names parts after their section, in the order of the file', () => {
    const text = `
pre_build:
  web: { image: a, commands: [x] }
  api: { context_dir: api }
build:
  ui: { context_dir: ui }
  back: { dockerfile_name: D }
`;
    expect(stagesOf(text).map(({ id, name, part, line, column }) => [id, name, part, line, column])).toEqual([
      ['pre_build:web', 'pre_build', 'web', 3, 3],
      ['pre_build:api', 'pre_build', 'api', 4, 3],
      ['build:ui', 'build', 'ui', 6, 3],
      ['build:back', 'build', 'back', 7, 3],
      ['publish', 'publish', undefined, 5, 1],
    ]);
  });

  it('gives parts names that checks, addresses and files can bear', () => {
    const text =
      'build:\n  "a/../b": { context_dir: a }\n  "a ..  b": { context_dir: b }\n  后端: { context_dir: c }\n';
    expect(ids(text)).toEqual(['build:a-..-b', 'build:a-..-b-2', 'build:后端', 'publish']);
    expect(problemsOf(text)).toEqual(['2:3 warning bad-value', '3:3 warning bad-value']);
  });

  it('takes a part for a part even when it bears the name of a key', () => {
    expect(ids('pre_build:\n  cache: { image: a, commands: [x] }\n  when: { context_dir: a }\n')).toEqual([
      'pre_build:cache',
      'pre_build:when',
    ]);
  });

  it('builds and publishes a repository with only a Dockerfile', () => {
    expect(dockerfileOnly()).toEqual(parseConfig('build: {dockerfile_name: Dockerfile}'));
  });
});

describe('pre_build', () => {
  it('runs a container and keeps outputs', () => {
    const stage = containerOf(
      'pre_build: { image: golang, commands: [make], outputs: [/go/bin/app, dist] }',
      'pre_build',
    );
    expect(stage.outputs).toEqual(['/go/bin/app', 'dist']);
    expect(stage.container.commands).toEqual(['make']);
  });

  it('builds a Dockerfile instead, and says what that leaves out', () => {
    const text = 'pre_build:\n  image: golang\n  context_dir: tools\n  commands: [make]\n  outputs: [/app]\n';
    expect(specOf(text, 'pre_build')).toEqual({
      kind: 'image_build',
      contextDir: 'tools',
      dockerfileName: 'Dockerfile',
      purpose: 'outputs',
      outputs: ['/app'],
    });
    expect(problemsOf(text)).toEqual(['2:3 warning ignored-key', '4:3 warning ignored-key']);
  });

  it('refuses an output above the working directory', () => {
    expect(problemsOf('pre_build: { image: a, commands: [x], outputs: [dist/../../etc] }')).toEqual([
      '1:49 error outside-workspace',
    ]);
  });
});

describe('build', () => {
  it('has defaults for either key', () => {
    expect(specOf('build: { context_dir: app }', 'build')).toMatchObject({
      contextDir: 'app',
      dockerfileName: 'Dockerfile',
      purpose: 'release',
    });
    expect(specOf('build: { dockerfile_name: D }', 'build')).toMatchObject({
      contextDir: '.',
      dockerfileName: 'D',
    });
  });

  it('reads a path from the root as one from the workspace, as v0.2 did', () => {
    expect(specOf('build: { context_dir: /, dockerfile_name: /docker/D }', 'build')).toMatchObject({
      contextDir: '.',
      dockerfileName: 'docker/D',
    });
  });

  it('is no build when it is empty', () => {
    expect(stagesOf('build: {}')).toEqual([]);
    expect(stagesOf('build:')).toEqual([]);
    expect(problemsOf('build:')).toEqual(['1:1 warning empty-section']);
  });

  it('builds a part that names nothing from the root, as v0.2 did', () => {
    expect(specOf('build:\n  api:\n', 'build:api')).toMatchObject({
      contextDir: '.',
      dockerfileName: 'Dockerfile',
    });
  });

  it('warns of each key of a container', () => {
    const text = 'build:\n  dockerfile_name: D\n  image: a\n  commands: [x]\n  environment: { A: 1 }\n';
    expect(problemsOf(text)).toEqual([
      '3:3 warning ignored-key',
      '4:3 warning ignored-key',
      '5:3 warning ignored-key',
    ]);
  });

  it('refuses paths out of the workspace and out of the context', () => {
    expect(problemsOf('build:\n  context_dir: a/../../b\n  dockerfile_name: ../D\n')).toEqual([
      '2:16 error outside-workspace',
      '3:20 error outside-workspace',
    ]);
    expect(problemsOf('build: { context_dir: a/../..b }')).toEqual([]);
  });
});

describe('integration', () => {
  const text = `
build: { context_dir: . }
integration:
  commands: [go test]
  environment: [A=1]
  services:
    redis:
    db: { image: postgres, command: postgres -c fsync=off, links: [redis] }
  links: ["db:database"]
`;

  it('keeps the keys before services, and uses the built image', () => {
    const { container, services } = containerOf(text, 'integration');
    expect(container).toMatchObject({ image: 'BUILT_IMAGE', commands: ['go test'], environment: ['A=1'] });
    expect(services.map(({ name, image, command }) => [name, image, command])).toEqual([
      ['redis', 'redis', undefined],
      ['db', 'postgres', ['postgres', '-c', 'fsync=off']],
    ]);
    expect(problemsOf(text)).toEqual([]);
  });

  it('warns of the built image where nothing builds it', () => {
    expect(
      problemsOf('integration:\n  commands: [x]\n  services: { app: { image: BUILT_IMAGE } }\n'),
    ).toEqual(['1:1 warning no-built-image', '3:29 warning no-built-image']);
  });

  it('warns of a link to nothing', () => {
    expect(
      problemsOf('integration: { image: a, commands: [x], links: "db:d", services: { redis: } }'),
    ).toEqual(['1:48 warning unknown-service']);
  });

  it('says that the commands of a service run now', () => {
    expect(
      problemsOf('integration:\n  image: a\n  commands: [x]\n  services:\n    db: { commands: [y] }\n'),
    ).toEqual(['5:11 warning changed-behaviour']);
  });

  it('refuses what is no name, and what is no service', () => {
    expect(
      problemsOf('integration:\n  image: a\n  commands: [x]\n  services:\n    "a b": {}\n    c: redis\n'),
    ).toEqual(['5:5 error bad-value', '6:8 error wrong-type']);
  });
});

describe('stages without commands', () => {
  it('run the own command, with a warning at the key that gives it', () => {
    expect(problemsOf('integration:\n  image: a\n  command: b\n')).toEqual(['3:3 warning own-command']);
    expect(problemsOf('post_build:\n  image: a\n')).toEqual(['1:1 warning own-command']);
  });

  it('without an image: a section is an error, a part is left out as in v0.2', () => {
    expect(problemsOf('post_build:\n  context_dir: a\n')).toEqual([
      '1:1 error no-image',
      '2:3 warning ignored-key',
    ]);
    const parts = 'post_build:\n  a: { commands: [x] }\n  b: { image: i, commands: [x] }\n';
    expect(problemsOf(parts)).toEqual(['2:3 warning no-image']);
    expect(ids(parts)).toEqual(['post_build:b']);
  });
});

describe('deploy', () => {
  it('takes a map for a list, old names for new ones, and no type for the console', () => {
    const text =
      'build: {context_dir: .}\ndeploy:\n  application: api\n  partition: prod\n  containers: [web]\n  cluster: c\n';
    expect(specOf(text, 'deploy')).toEqual({
      kind: 'deploy',
      targets: [
        { type: 'caicloud_claas', deployment: 'api', namespace: 'prod', containers: ['web'], cluster: 'c' },
      ],
    });
    expect(problemsOf(text)).toEqual(['3:3 warning old-name', '4:3 warning old-name']);
  });

  it('prefers the new name', () => {
    const text =
      'build: {context_dir: .}\ndeploy:\n  - application: old\n    deployment: new\n    containers: [c]\n';
    expect(specOf(text, 'deploy')).toMatchObject({ targets: [{ deployment: 'new' }] });
    expect(problemsOf(text)).toEqual(['3:5 warning ignored-key']);
  });

  it('warns of tokens, missing keys and a missing build; refuses an unknown type', () => {
    expect(problemsOf('deploy:\n  - type: kubernets\n    token: t0p\n')).toEqual([
      '1:1 warning no-built-image',
      '2:5 warning missing-key',
      '2:5 warning missing-key',
      '2:11 error bad-value',
      '3:12 warning secret-in-file',
    ]);
  });
});
