import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compileMask, createMasker } from '../../src/logs/mask.js';

/** The text through a masker, cut at these places. */
function masked(secrets: readonly string[], text: string, cuts: readonly number[] = []): string {
  const bytes = Buffer.from(text);
  const masker = createMasker(secrets);
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  const out = borders.slice(1).map((end, index) => masker.push(bytes.subarray(borders[index], end)));
  return Buffer.concat([...out, masker.end()]).toString();
}

const word = fc.stringMatching(/^[A-Za-z0-9+/_-]{8,40}$/);

describe('a masker', () => {
  test('changes nothing without secrets', () => {
    expect(masked([], 'as it was')).toBe('as it was');
  });

  test('hides a value wherever it stands', () => {
    expect(masked(['s3cr3t'], 'a s3cr3t, xs3cr3ty and s3cr3ts3cr3t')).toBe('a ***, x***y and ******');
  });

  test('hides it however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 4 }),
        fc.array(fc.string()),
        fc.array(fc.nat()),
        (secrets, between, cuts) => {
          const text = [...between, ...secrets, ...between, ...secrets].join(' ');
          const whole = masked(secrets, text);
          expect(masked(secrets, text, cuts)).toBe(whole);
          for (const secret of secrets) expect(whole).not.toContain(secret);
        },
      ),
    );
  });

  test('lets everything else through', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.nat()), (text, cuts) => {
        fc.pre(!text.includes('\u0001'));
        expect(masked(['\u0001\u0001\u0001\u0001'], text, cuts)).toBe(text);
      }),
    );
  });

  test('hides its base64 at every alignment, in both alphabets', () => {
    fc.assert(
      fc.property(
        word,
        fc.string({ unit: 'binary', maxLength: 9 }),
        fc.constantFrom('base64', 'base64url'),
        (secret, before, alphabet) => {
          const encoded = Buffer.from(`${before}${secret}`).toString(alphabet);
          const sure = Math.floor(((Buffer.byteLength(secret) - 2) * 8) / 6) - 2;
          const shown = masked([secret], encoded);
          expect(shown).toContain('***');
          // What is left over cannot be more than the ends, which hold bits of the neighbours too.
          expect(shown.replace('***', '').length).toBeLessThanOrEqual(encoded.length - sure);
        },
      ),
    );
  });

  test('hides base64 as the base64 program breaks it', () => {
    const secret = 'x'.repeat(40) + 'y'.repeat(40) + 'z'.repeat(40);
    const lines =
      Buffer.from(`${secret}\n`)
        .toString('base64')
        .match(/.{1,76}/g) ?? [];
    expect(masked([secret], lines.join('\n'))).toMatch(/^\*\*\*\n\*\*\*\n\*\*\*.{0,4}$/);
  });

  test.each([
    ['JSON', (value: string) => JSON.stringify({ value }).slice(10, -2)],
    ['a URL', encodeURIComponent],
    ['a form', (value: string) => new URLSearchParams({ value }).toString().slice(6)],
  ])('hides it escaped for %s', (_, escape) => {
    const secret = 'a"b\\c d&e=é\tf/g';
    expect(masked([secret], `<${escape(secret)}>`)).toBe('<***>');
  });

  test.each([
    ['dash', `pa'"'"'ss $x "y" \\z`],
    ['bash', `pa'\\''ss $x "y" \\z`],
    ['double quotes', `pa'ss \\$x \\"y\\" \\\\z`],
    ["$'…'", `pa\\'ss $x "y" \\\\z`],
  ])('hides it as %s quotes it', (_, printed) => {
    expect(masked([`pa'ss $x "y" \\z`], `+ echo '${printed}'`)).toBe("+ echo '***'");
  });

  test('hides a value of several lines whole and line by line', () => {
    const key = '-----BEGIN KEY-----\nMIIEpAIBAAKC\n}\nAQEA7bq1\n-----END KEY-----\n';
    expect(masked([key], key)).toBe('***\n');
    expect(masked([key], 'x AQEA7bq1 y\n}\n')).toBe('x *** y\n}\n');
    expect(masked([key], key.replaceAll('\n', '\r\n'))).not.toMatch(/MII|AQEA/);
  });

  test('hides short values only as whole words', () => {
    expect(masked(['ab'], 'ab cab abc a ab, (ab)\nab')).toBe('*** cab abc a ***, (***)\n***');
  });

  test('short values are the same however the stream is cut', () => {
    const text = fc.stringMatching(/^[ab ,\n]{0,30}$/);
    fc.assert(
      fc.property(text, fc.array(fc.nat()), (log, cuts) => {
        const whole = log.replaceAll(/(?<![a-z])ab(?![a-z])/g, '***');
        expect(masked(['ab'], log, cuts)).toBe(whole);
      }),
    );
  });

  test('ignores empty values and blanks around others', () => {
    expect(masked(['', '  ', ' hunter2\n'], 'a hunter2  b')).toBe('a ***  b');
  });

  test('hides values that overlap each other and themselves', () => {
    expect(masked(['abcdef', 'defghi'], 'abcdefghi')).toBe('***');
    expect(masked(['aaaa'], 'a'.repeat(9))).toBe('***');
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 9 }), (cuts) => {
        expect(masked(['aaaa', 'abcdef', 'defghi'], `x${'a'.repeat(50)}bcdefghi`, cuts)).toBe('x***');
      }),
    );
  });

  test('holds no more than may belong to a value', () => {
    const masker = createMasker(['s3cr3t']);
    expect(masker.push(Buffer.from('hello s3c')).toString()).toBe('hello ');
    expect(masker.push(Buffer.from('ond')).toString()).toBe('s3cond');
  });

  test('keeps bytes that are no UTF-8', () => {
    const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x80]);
    const masker = createMasker(['s3cr3t']);
    expect(Buffer.concat([masker.push(bytes), masker.end()])).toEqual(bytes);
  });

  test('takes a value of a megabyte', () => {
    const secret = Array.from({ length: 1 << 17 }, (_, index) => index.toString(36).padStart(8, 'k')).join(
      '',
    );
    const shown = masked([secret], `a${secret}b`);
    expect(shown).toMatch(/^a(\*\*\*)+b$/);
  });
});

test('one mask serves many streams and texts', () => {
  const mask = compileMask(['s3cr3t']);
  const [first, second] = [mask.masker(), mask.masker()];
  const shown = [
    first.push(Buffer.from('s3c')),
    second.push(Buffer.from('r3t')),
    first.push(Buffer.from('r3t')),
  ];
  expect(shown.map(String)).toEqual(['', 'r3t', '***']);
  expect(mask.text('the s3cr3t of é')).toBe('the *** of é');
});
