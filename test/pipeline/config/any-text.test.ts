import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toLintJson } from '../../../src/pipeline/config/lint-json.js';
import { parseConfig } from '../../../src/pipeline/config/parse.js';
import { KEYS_BY_SECTION, OWN_STAGE_KEYS, SECTIONS } from '../../../src/pipeline/config/schema.js';

const CORPUS = new URL('../../fixtures/corpus/', import.meta.url);
const corpus = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.yml'))
  .map((name) => readFileSync(new URL(name, CORPUS), 'utf8'));

/** Whatever the text: an answer, with every issue at a place of the file. */
function expectSound(text: string): void {
  const config = parseConfig(text);
  const lines = text.split(/\r\n?|\n/).length;
  for (const issue of config.issues) {
    expect(issue.line).toBeGreaterThanOrEqual(1);
    expect(issue.line).toBeLessThanOrEqual(lines);
    expect(issue.column).toBeGreaterThanOrEqual(1);
    expect(issue.endLine).toBeGreaterThanOrEqual(issue.line);
    expect(issue.message.length).toBeGreaterThan(0);
  }
  for (const definition of config.definitions) {
    expect(definition.line).toBeGreaterThanOrEqual(1);
    expect(definition.column).toBeGreaterThanOrEqual(1);
  }
  const ids = config.definitions.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(() => JSON.stringify(toLintJson(config))).not.toThrow();
}

/** Text of what YAML and the language are made of: more of it gets past the scanner. */
const shards = fc.constantFrom(
  ...Object.keys(SECTIONS),
  ...Object.keys(KEYS_BY_SECTION['pre_build'] ?? {}),
  ...Object.keys(KEYS_BY_SECTION['deploy'] ?? {}),
  ...[
    ': ',
    ':\n',
    '\n',
    '\n  ',
    '\n    ',
    '\n- ',
    '- ',
    '[',
    ']',
    '{',
    '}',
    ', ',
    '"',
    "'",
    '&a ',
    '*a',
    '<<: ',
  ],
  ...[
    '|\n',
    '>\n',
    '# ',
    '\t',
    '---\n',
    '...\n',
    '!!str ',
    '!x ',
    '? ',
    '%',
    '@',
    '~',
    'yes',
    '1.10',
    'a: b',
    '\r\n',
    '\0',
    '\uFEFF',
  ],
);

/** Keys that stand below those of a stage or a section. */
const NESTED = Object.values({ ...OWN_STAGE_KEYS, ...SECTIONS })
  .flatMap((key): string[] => ('keys' in key ? Object.keys(key.keys) : []))
  .concat('include', 'exclude', 'branches', 'paths', 'types', 'cron', 'lint');

const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(
      'x',
      '',
      null,
      0,
      1.5,
      true,
      'BUILT_IMAGE',
      '../x',
      'a:b',
      "it's",
      'A=b',
      'build',
      '30m',
      '[',
      '* * * * *',
    ),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.constantFrom(
        ...Object.values(KEYS_BY_SECTION).flatMap((table) => Object.keys(table)),
        ...NESTED,
        'zzz',
        '__proto__',
      ),
      tie('value'),
      { maxKeys: 6 },
    ),
  ),
})).value;

describe('any text', () => {
  it('of any characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), expectSound));
  });

  it('of the pieces of YAML', () => {
    fc.assert(
      fc.property(
        fc.array(shards, { maxLength: 40 }).map((parts) => parts.join('')),
        expectSound,
      ),
      { numRuns: 1000 },
    );
  });

  it('of sections that hold anything', () => {
    const file = fc.dictionary(fc.constantFrom(...Object.keys(SECTIONS)), json);
    fc.assert(
      fc.property(
        file.map((value) => JSON.stringify(value)),
        expectSound,
      ),
      { numRuns: 500 },
    );
  });

  it('of real files with a piece cut out, doubled or replaced', () => {
    const mutated = fc
      .tuple(fc.constantFrom(...corpus), fc.nat(), fc.nat(40), fc.oneof(shards, fc.string({ maxLength: 5 })))
      .map(([text, at, length, piece]) => {
        const start = at % text.length;
        return text.slice(0, start) + piece + text.slice(start + length);
      });
    fc.assert(fc.property(mutated, expectSound), { numRuns: 1000 });
  });
});
