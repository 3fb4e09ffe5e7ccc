import { expect, test } from '@jest/globals';
import { type Traced, traceTable } from './trace-table.js';

const push: Traced = { who: 'webhook', what: 'push', at: 100, until: 112 };

function rows(all: readonly Traced[]): readonly string[] {
  return traceTable(all).trimEnd().split('\n').slice(2);
}

test('a trace begins with the last push, in the order of beginnings', () => {
  const traced: readonly Traced[] = [
    { who: 'webhook', what: 'push', at: 10, until: 20 },
    push,
    { who: 'engine', what: 'GET /late', at: 130, until: 131 },
    { who: 'process', what: 'git fetch', at: 105, until: 155 },
    { who: 'engine', what: 'GET /of-the-turn-before', at: 90, until: 190 },
  ];
  expect(rows(traced)).toEqual([
    '| 0 | 12 | webhook | push |',
    '| 5 | 50 | process | git fetch |',
    '| 30 | 1 | engine | GET /late |',
  ]);
});

test('requests are short enough to read, and break no table', () => {
  const what = (text: string): string => rows([push, { ...push, who: 'engine', what: text }])[1] ?? '';
  expect(what(`GET /containers/${'0123456789ab'.repeat(5)}0123/json`)).toContain(
    '/containers/0123456789ab/json |',
  );
  expect(what('GET /images/json?filters=%7B%22a%22%3A1%7D')).toContain('filters={"a":1} |');
  expect(what('sh -c a|b\nc')).toContain(String.raw`sh -c a\|b c |`);
  expect(what('GET /100%')).toContain('GET /100% |');
  expect(what('x'.repeat(300))).toMatch(/ x{119}… \|$/);
});

test('a trace without a push is none', () => {
  expect(() => traceTable([{ ...push, what: 'installation' }])).toThrow('no webhook of a push');
});
