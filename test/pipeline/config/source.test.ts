import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../../src/pipeline/config/parse.js';
import { containerOf, problemsOf, stagesOf } from './reading.js';

describe('text', () => {
  it('may begin with a byte order mark and end its lines as Windows does', () => {
    const text =
      '\uFEFFpre_build:\r\n  image: a\r\n  commands:\r\n    - |\r\n      b\r\n      c\r\n  pul: yes\r\n';
    expect(containerOf(text, 'pre_build').container.commands).toEqual(['b\nc\n']);
    expect(problemsOf(text)).toEqual(['7:3 warning unknown-key']);
    expect(problemsOf('\uFEFFbild: 1')).toEqual(['1:1 warning unknown-key']);
  });

  it('may be empty', () => {
    for (const text of ['', '\n\n', '# nothing\n', '---\n', '~', '   ']) {
      expect(problemsOf(text)).toEqual([expect.stringMatching(/^1:\d warning empty-file$/)]);
      expect(stagesOf(text)).toEqual([]);
    }
  });

  it('is a map', () => {
    expect(problemsOf('hello')).toEqual(['1:1 error wrong-type']);
    expect(problemsOf('- build')).toEqual(['1:1 error wrong-type']);
  });

  it('that is not UTF-8 is read with what was put in its place', () => {
    expect(problemsOf('build:\n  context_dir: \uFFFD\n')).toEqual(['2:16 warning invalid-utf8']);
  });

  it('holds no control characters, raw or escaped', () => {
    expect(problemsOf('build:\n  context_dir: a\u0007\n')).toEqual(['2:17 error control-character']);
    expect(problemsOf('build: { context_dir: "a\\0b" }')).toEqual(['1:23 error control-character']);
  });
});

describe('YAML that is not', () => {
  it.each([
    ['a tab', 'build:\n\tcontext_dir: a\n', '2:1'],
    ['a missing colon', 'build:\n  context_dir: a\n  dockerfile_name\n    x\n', '3:3'],
    ['an open quote', 'build:\n  context_dir: "a\n', '3:1'],
    ['an open bracket', 'build: { context_dir: a\n', '2:1'],
    ['two colons', 'build:\n  context_dir: a: b\n', '2:16'],
    ['a stray line', 'build:\n  context_dir: a\n x: 1\n', '3:1'],
    ['a wrong escape', 'build:\n  context_dir: "\\q"\n', '2:17'],
    ['a reserved character', 'build:\n  context_dir: @a\n', '2:16'],
  ])('%s: one issue at its place', (_, text, place) => {
    expect(problemsOf(text)).toEqual([`${place} error yaml-syntax`]);
  });

  it('does not hide mistakes before it, and invents none after it', () => {
    expect(problemsOf('bild: 1\nbuild:\n  context_dir: a: b\n  nonsense: 1\n')).toEqual([
      '1:1 warning unknown-key',
      '3:16 error yaml-syntax',
    ]);
  });

  it('is described without quoting the file', () => {
    const { issues } = parseConfig('deploy:\n  token: "s3cr3t\n');
    expect(issues.length).toBeGreaterThan(0);
    expect(JSON.stringify(issues)).not.toContain('s3cr3t');
  });
});

describe('YAML that v0.2 took', () => {
  it('takes the last of equal keys', () => {
    const text = 'build: { context_dir: a }\nbuild:\n  context_dir: b\n  context_dir: c\n';
    expect(stagesOf(text)[0]?.spec).toMatchObject({ contextDir: 'c' });
    expect(problemsOf(text)).toEqual(['2:1 warning duplicate-key', '4:3 warning duplicate-key']);
  });

  it('takes the first document', () => {
    const text = 'build: { context_dir: a }\n---\nbuild: { context_dir: b }\n';
    expect(stagesOf(text)[0]?.spec).toMatchObject({ contextDir: 'a' });
    expect(problemsOf(text)).toEqual(['2:1 warning multiple-documents']);
  });

  it('takes a bracket that closes as far left as its key', () => {
    const text = 'integration:\n  image: a\n  commands: [\n    x,\n  ]\n';
    expect(problemsOf(text)).toEqual([]);
    expect(containerOf(text, 'integration').container.commands).toEqual(['x']);
  });

  it('warns of tags that it does not know', () => {
    expect(problemsOf('build: { context_dir: !dir a }')).toEqual(['1:23 warning yaml-syntax']);
  });
});

describe('anchors and merge keys', () => {
  it('repeat, and what is written counts more than what is merged', () => {
    const text = `
pre_build: &base
  image: a
  pull: yes
  commands: &commands [x, y]
post_build:
  image: b
  <<: [*base, { image: c, net: bridge }]
integration:
  <<: *base
  commands: *commands
`;
    expect(containerOf(text, 'post_build').container).toMatchObject({
      image: 'b',
      pull: true,
      net: 'bridge',
    });
    expect(containerOf(text, 'integration').container).toMatchObject({ image: 'a', commands: ['x', 'y'] });
    expect(problemsOf(text)).toEqual([]);
  });

  it('take the last anchor before them', () => {
    const text =
      'pre_build: { image: &i a, commands: [x] }\npost_build: { image: *i, commands: [&i b, *i] }\n';
    expect(containerOf(text, 'post_build').container).toMatchObject({ image: 'a', commands: ['b', 'b'] });
    expect(problemsOf('pre_build: { image: *i, commands: [x] }\nx: &i a\n')).toContain(
      '1:21 error unknown-anchor',
    );
  });

  it('never loop', () => {
    expect(problemsOf('pre_build: { image: a, commands: &c [*c] }')).toContain('1:38 error unknown-anchor');
    expect(problemsOf('build: &b\n  context_dir: a\n  <<: *b\n')).toContain('3:7 error unknown-anchor');
  });

  it('merge maps only', () => {
    expect(problemsOf('build: { context_dir: a, <<: 3 }')).toEqual(['1:30 error wrong-type']);
  });
});

describe('bombs', () => {
  const lines = (count: number, line: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => line(index)).join('\n');

  it.each([
    ['a large file', `x: ${'a'.repeat(1024 * 1024)}`, 'too-large'],
    ['a large file of few characters', `x: ${'後'.repeat(400_000)}`, 'too-large'],
    ['a million words', '{,'.padEnd(1_000_000, ','), 'too-large'],
    ['brackets', '['.repeat(500_000), 'too-deep'],
    ['maps in brackets', '{a: '.repeat(200_000), 'too-deep'],
    ['dashes', '- '.repeat(400_000), 'too-deep'],
    ['questions', '? '.repeat(400_000), 'too-deep'],
    ['indentation', lines(1300, (depth) => `${' '.repeat(depth)}a:`), 'too-deep'],
    [
      'laughs',
      lines(30, (n) => (n === 0 ? 'a0: &a0 [lol, lol]' : `a${n}: &a${n} [*a${n - 1}, *a${n - 1}]`)),
      'too-many-aliases',
    ],
    [
      'merged maps',
      `a: &a { ${lines(500, (n) => `k${n}: ${'v'.repeat(100)}`).replaceAll('\n', ', ')} }\n${lines(5000, (n) => `b${n}: {<<: *a}`)}`,
      'too-many-aliases',
    ],
  ])('%s: refused', (_, text, code) => {
    const { issues } = parseConfig(text);
    expect(issues.filter(({ severity }) => severity === 'error').map((issue) => issue.code)).toContain(code);
    expect(JSON.stringify(issues).length).toBeLessThan(200_000);
  });

  it('leaves wide files alone', () => {
    const wide = `integration: { image: a, commands: [x], environment: { ${lines(500, (n) => `K${n}: ${n}`).replaceAll('\n', ', ')} } }`;
    expect(containerOf(wide, 'integration').container.environment).toHaveLength(500);
  });
});
