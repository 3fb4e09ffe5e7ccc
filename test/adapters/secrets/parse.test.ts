import { describe, expect, test } from '@jest/globals';
import { parseSecrets } from '../../../src/adapters/secrets/parse.js';

const problems = (text: string): readonly string[] => {
  const parsed = parseSecrets(text);
  return parsed.kind === 'problems' ? parsed.problems : [];
};

describe('a file of secrets', () => {
  test('gives the values by pattern, in order, each as it is written', () => {
    const text = `"*/*":
  SHARED: 012
acme/*: &acme
  NPM_TOKEN: no
  QUOTED: " a: b # c "
acme/api:
  KEY: |
    -----BEGIN KEY-----
    MIIE

    -----END KEY-----
other/tool: *acme
`;
    expect(parseSecrets(text)).toEqual({
      kind: 'secrets',
      entries: [
        { pattern: '*/*', values: new Map([['SHARED', '012']]) },
        {
          pattern: 'acme/*',
          values: new Map([
            ['NPM_TOKEN', 'no'],
            ['QUOTED', ' a: b # c '],
          ]),
        },
        {
          pattern: 'acme/api',
          values: new Map([['KEY', '-----BEGIN KEY-----\nMIIE\n\n-----END KEY-----\n']]),
        },
        {
          pattern: 'other/tool',
          values: new Map([
            ['NPM_TOKEN', 'no'],
            ['QUOTED', ' a: b # c '],
          ]),
        },
      ],
    });
  });

  test('may be JSON', () => {
    expect(parseSecrets('{"acme/api": {"A": "a\\nb"}}')).toMatchObject({
      entries: [{ pattern: 'acme/api', values: new Map([['A', 'a\nb']]) }],
    });
  });

  test.each(['', '# nothing yet\n', '{}'])('may hold nothing: %j', (text) => {
    expect(parseSecrets(text)).toEqual({ kind: 'secrets', entries: [] });
  });

  test.each([
    ['acme/api: {A: "hunter2\n', 'line 2, column 1: not YAML (MISSING_CHAR)'],
    ['acme/api:\n\tA: hunter2\n', 'line 2, column 1: not YAML (TAB_AS_INDENT)'],
    ['*/*:\n  A: hunter2\n', 'line 1, column 4: not YAML: a pattern that begins with * stands in quotes'],
    ['acme/api:\n  A: hunter2\n  A: hunter3\n', 'line 3, column 3: not YAML (DUPLICATE_KEY)'],
    ['- hunter2\n', 'line 1, column 1: not a map of repositories to their secrets'],
    ['hunter2', 'line 1, column 1: not a map of repositories to their secrets'],
    ['hunter2: {A: b}\n', 'line 1, column 1: not a repository, as owner/name or "owner/*"'],
    ['acme/api: hunter2\n', 'line 1, column 11: not a map of names to values'],
    ['acme/api:\n  A: [hunter2]\n', 'line 2, column 6: the value is not text'],
    ['acme/api:\n  A: {hunter2: b}\n', 'line 2, column 6: the value is not text'],
    ['acme/api:\n  A: !!binary aHVudGVyMg==\n', 'line 2, column 15: the value is not text'],
    ['acme/api:\n  A:\n', 'line 2, column 5: the value is empty'],
    ['acme/api:\n  A: "  "\n', 'line 2, column 6: the value is empty'],
    ['acme/api:\n  A: "hunter2\\0"\n', 'line 2, column 6: the value holds a NUL, which no variable can'],
    [`acme/api:\n  A: ${'x'.repeat(49_153)}\n`, 'line 2, column 6: the value is longer than 48 KiB'],
  ])('is refused with the place, and nothing of its content: %j', (text, problem) => {
    expect(problems(text)[0]).toContain(problem);
    expect(problems(text).join()).not.toMatch(/hunter|xxx/);
  });

  test.each(['CYCLONE_SHA', 'CYCLONE', '_cyclone_end', '1A', 'A-B', 'A B', 'é', ''])(
    'cannot name a secret %j',
    (name) => {
      expect(problems(`acme/api: { ${JSON.stringify(name)}: value }`)).toEqual([
        expect.stringContaining('line 1, column 13: this is no name of a secret'),
      ]);
    },
  );

  test('says all that is wrong', () => {
    expect(problems('acme/api: { A: "", 2: b }\nx: y\n')).toHaveLength(4);
  });
});
