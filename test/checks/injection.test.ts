import { describe, expect, test } from '@jest/globals';
import { WHOLE_RUN } from '../../src/checks/ports.js';
import { renderCheck } from '../../src/checks/render.js';
import type { Outcome } from '../../src/pipeline/model.js';
import { ended, failed, links, runEnded, skipped, subject } from './subjects.js';

const EVIL = [
  '@acme/team',
  '![beacon](https://evil.example/b.png)',
  '[click](javascript:alert(1))',
  '<img src=https://evil.example/b.png onerror=x>',
  'https://evil.example/ www.evil.example a@evil.example',
  'acme/hello#12 GH-12',
  '| cell | ',
  '``` `` `',
  '\n\n# heading\n- [ ] task\n/deploy production\r\n',
  '**bold** ~~gone~~ $x$ _em_',
  '\u001b]8;;javascript:alert(1)\u0007link\u001b]8;;\u0007\u202e',
].join(' ');

/** Everything that GitHub would take for its own in text that is not code. */
const ALIVE = [/(?<!\\)[[\]<>*~$]/, /[@#](?=\w)/, /https?:\/\//, /www\./, /GH-\d/, /[^\P{Cc}\n]|\u202e/u];

/** The Markdown of a summary without what is ours: code spans and links to our own pages. */
function foreignText(summary: string): string {
  return summary
    .replaceAll('&#124;', ' ')
    .replace(/(?<!\\)(`+)(?!`)(?:(?!\1)[^\n]|(?<=`)\1)*?(?<!`)\1(?!`)/g, '')
    .replace(/\[([^\n[\]]*(?:\\[[\]][^\n[\]]*)*)\]\(<https:\/\/ci\.example\/[^\s>]*>\)/g, '$1');
}

const outcomes: readonly [string, Outcome][] = [
  ['a message', failed({ code: 'image', message: EVIL })],
  ['a command', failed({ command: { index: 1, total: 1, text: EVIL } })],
  ['a reason to skip', skipped(EVIL)],
  ['who cancelled', { kind: 'cancelled', by: EVIL }],
  ['an error of ours', { kind: 'error', message: EVIL }],
];

describe('text of others in a check is inert', () => {
  const facts = {
    image: EVIL,
    imageDigest: EVIL,
    services: [EVIL],
    notes: [EVIL],
    worker: EVIL,
    published: EVIL,
    spans: { [EVIL]: 5 },
  };

  test.each(outcomes)('%s', (_name, outcome) => {
    const stages = { test: ended(outcome, 3, facts) };
    const whole = subject({ stages, state: runEnded('failure', EVIL) });
    for (const key of ['test', WHOLE_RUN]) {
      const { title, summary } = renderCheck(whole, key, { links });
      expect(title).not.toMatch(/\p{Cc}|\u202e/u);
      expect(title.length).toBeLessThanOrEqual(255);
      const foreign = foreignText(summary);
      for (const alive of ALIVE) {
        expect(foreign).not.toMatch(alive);
      }
    }
  });

  test('a row of a table stays one row of as many cells', () => {
    const stages = {
      test: ended(failed({ message: EVIL, command: { index: 1, total: 1, text: EVIL } }), 3, facts),
    };
    const { summary } = renderCheck(subject({ stages }), 'test', { links });
    const [table = ''] = summary.split('\n\n');
    const rows = table.split('\n');
    expect(rows.map((row) => row.match(/(?<!\\)\|/g)?.length)).toEqual(rows.map(() => 3));
  });

  test('the name of a stage', () => {
    const stages = { [EVIL]: ended(skipped('')) };
    const { summary } = renderCheck(subject({ stages }), WHOLE_RUN, { links });
    expect(summary.split('\n')).toHaveLength(5);
    for (const alive of ALIVE) {
      expect(foreignText(summary)).not.toMatch(alive);
    }
  });

  test('no line that others wrote begins like a command', () => {
    const stages = { test: ended(failed({ code: 'image', message: '\n/deploy production\n' }), 1, facts) };
    const { summary } = renderCheck(subject({ stages }), 'test', { links });
    expect(summary).not.toMatch(/^\s*\//m);
  });

  test('problems of the file stay in their fence', () => {
    const issue = { code: 'x', severity: 'error' as const, message: EVIL, hint: EVIL, line: 1, column: 1 };
    const { text = '' } = renderCheck(subject({ issues: [issue] }), WHOLE_RUN, { links });
    const fence = /^`+/.exec(text)?.[0] ?? '';
    expect(text.split('\n').filter((line) => line.startsWith(fence))).toEqual([`${fence}text`, fence]);
    expect(text.endsWith(fence)).toBe(true);
  });
});
