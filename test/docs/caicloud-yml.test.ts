import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { NOT_YET } from '../../src/pipeline/config/not-yet.js';
import { parseConfig } from '../../src/pipeline/config/parse.js';

const text = readFileSync(new URL('../../docs/caicloud-yml.md', import.meta.url), 'utf8');

/** The examples with the codes that a comment before them announces: `<!-- lint: needs-cycle -->`. */
const examples = [...text.matchAll(/(?:<!-- lint: ([a-z, -]+?) -->\n)?```yaml\n(.*?)```/gs)].map(
  ([, codes = '', yaml = '']) => ({ yaml, codes: codes === '' ? [] : codes.split(', ') }),
);

/** `### when` to whether the lines below it say that it is not carried out yet. */
const keys = text
  .split(/^###? /m)
  .filter((section) => section.startsWith('`'))
  .map((section) => ({
    name: /^`([a-z_]+)`/.exec(section)?.[1] ?? '',
    notYet: section.includes('*Not carried out yet.*'),
    hasExample: section.includes('```yaml'),
  }));

describe('docs/caicloud-yml.md', () => {
  it.each(examples.map(({ yaml, codes }) => [yaml, codes] as const))('%s', (yaml, codes) => {
    const issues = parseConfig(yaml).issues.filter(({ code }) => code !== 'not-supported-yet');
    expect(issues.map(({ code, line, message }) => `${code} ${line} ${message}`)).toEqual(
      codes.map((code) => expect.stringMatching(new RegExp(`^${code} `))),
    );
  });

  it('says of exactly the keys of the list that they are not carried out yet', () => {
    expect(
      keys
        .filter(({ notYet }) => notYet)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...NOT_YET].sort());
  });

  it('says what each code of an issue means', () => {
    const union = readFileSync(new URL('../../src/pipeline/config/issues.ts', import.meta.url), 'utf8');
    const codes = [...union.matchAll(/^ {2}\| '([a-z0-9-]+)'/gm)].map(([, code = '']) => code);
    const table = text.slice(text.indexOf('| code | what it says |'));
    const named = [...table.matchAll(/`([a-z0-9-]+)`/g)].map(([, code = '']) => code);
    expect(codes.length).toBeGreaterThan(40);
    expect(named.toSorted()).toEqual(codes.toSorted());
  });

  it('has an example of each key', () => {
    expect(keys.length).toBeGreaterThanOrEqual(28);
    expect(keys.filter(({ hasExample }) => !hasExample)).toEqual([]);
  });
});
