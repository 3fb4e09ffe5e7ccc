import { describe, expect, test } from '@jest/globals';
import { parseConfig } from '../../src/pipeline/config/parse.js';
import type { ContainerSpec } from '../../src/pipeline/model.js';
import { hostSource, refusals } from '../../src/pipeline/policy.js';
import { isTrusted } from '../../src/pipeline/trust.js';
import { container, definition } from './examples.js';

const stageWith = (change: Partial<ContainerSpec>) =>
  definition('integration', {
    kind: 'container',
    container: { ...container, ...change },
    services: [],
    outputs: [],
  });

const DANGEROUS: [Partial<ContainerSpec>, string][] = [
  [{ privileged: true }, 'privileged'],
  [{ devices: ['/dev/sda'] }, 'devices (/dev/sda)'],
  [{ net: 'host' }, 'net: host'],
  [{ net: 'container:other' }, 'net: container:other'],
  [{ oomKillDisable: true }, 'oom_kill_disable'],
  [{ volumes: ['/var/run/docker.sock:/var/run/docker.sock'] }, 'host volume /var/run/docker.sock'],
  [{ volumes: ['/:/host'] }, 'host volume /'],
  [{ volumes: ['../up:/up'] }, 'host volume ../up'],
  [{ volumes: ['named:/cache'] }, 'host volume named'],
];

describe('a repository that is not trusted', () => {
  test.each(DANGEROUS)('may not ask for %j', (change, said) => {
    expect(refusals(stageWith(change), false)).toEqual([
      said,
      expect.stringContaining('CYCLONE_TRUSTED_REPOS'),
    ]);
    expect(refusals(stageWith(change), true)).toEqual([]);
  });

  test('may mount its own workspace and name its own network', () => {
    expect(refusals(stageWith({ volumes: ['.:/src', './a:/b'], net: 'bridge' }), false)).toEqual([]);
  });

  test('is refused for its services too, by name', () => {
    const stage = definition('integration', {
      kind: 'container',
      container,
      services: [{ ...container, name: 'db', privileged: true }],
      outputs: [],
    });
    expect(refusals(stage, false)).toContain('privileged of service db');
  });
});

describe('the reader of the file', () => {
  const read = (line: string) => {
    const { definitions, issues } = parseConfig(
      `integration:\n  image: busybox\n  commands: ["true"]\n  ${line}\n`,
    );
    const stage = definitions.find(({ name }) => name === 'integration');
    return {
      warned: issues.some(({ code }) => code === 'needs-trust'),
      refused: stage !== undefined && refusals(stage, false).length > 0,
    };
  };

  test.each([
    'privileged: true',
    'oom_kill_disable: true',
    'devices: [/dev/kvm]',
    'net: host',
    'net: container:other',
    'net: somebody-elses',
    'volumes: ["/:/host"]',
    'volumes: ["named:/cache"]',
  ])('warns of what will be refused: %s', (line) => {
    expect(read(line)).toEqual({ warned: true, refused: true });
  });

  test.each([
    'privileged: false',
    'devices: []',
    'net: bridge',
    'net: none',
    'net: ""',
    'volumes: [".:/src", "./a:/b"]',
  ])('and of nothing else: %s', (line) => {
    expect(read(line)).toEqual({ warned: false, refused: false });
  });
});

test.each([
  ['.:/a', undefined],
  ['./x:/a', undefined],
  ['.ssh:/a', '.ssh'],
  ['/x:/a:ro', '/x'],
])('the host path of volume %s is %s', (volume, source) => {
  expect(hostSource(volume)).toBe(source);
});

describe('trust', () => {
  const repository = { owner: 'Acme', name: 'api.v2' };
  const own = { fork: false };
  test.each([
    [['acme/api.v2'], true],
    [['acme/*'], true],
    [['*/*'], true],
    [['*'], false],
    [['acme/apixv2'], false],
    [['acme/api'], false],
    [['evil/acme/api.v2'], false],
    [[], false],
  ])('%j: %s', (globs, trusted) => {
    expect(isTrusted(repository, own, globs)).toBe(trusted);
  });

  test('never reaches a fork', () => {
    expect(isTrusted(repository, { fork: true }, ['*/*'])).toBe(false);
  });
});
