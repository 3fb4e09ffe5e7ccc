import { describe, expect, test } from '@jest/globals';
import { goalChart } from './chart.js';
import { withFigures } from './document.js';
import { summaryOf } from './measure.js';
import { isBroken, meetsGoal, type Row, ratioOf, table } from './report.js';
import { type Group, merged } from './result.js';

const machine = { cores: 2, cpu: 'a processor', memory: 8, system: 'Debian', node: '20.0.0' };

function row(more: Partial<Row> = {}): Row {
  return {
    name: 'a stage',
    ours: summaryOf([10, 20, 30]),
    reference: { name: 'docker run', sample: summaryOf([40, 80, 120]) },
    goal: { of: 'ratio', atMost: 0.3 },
    ...more,
  };
}

function group(name: string, rows: readonly Row[] = [row()]): Group {
  return { name, at: '2026-01-02T03:04:05.000Z', commit: 'abc', machine, rows };
}

describe('a sample', () => {
  test('names its middle, its end and its spread, whatever order it was taken in', () => {
    const times = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(summaryOf(times)).toEqual({ min: 1, p50: 51, p95: 96, p99: 100, max: 100, count: 100 });
  });

  test('of one time has it everywhere', () => {
    expect(summaryOf([7])).toEqual({ min: 7, p50: 7, p95: 7, p99: 7, max: 7, count: 1 });
  });
});

describe('a figure', () => {
  test('is met by the ratio of the medians', () => {
    expect(ratioOf(row())).toBe(0.25);
    expect(meetsGoal(row())).toBe(true);
    expect(meetsGoal(row({ goal: { of: 'ratio', atMost: 0.2 } }))).toBe(false);
  });

  test('is met by a value of the sample where the goal is one', () => {
    expect(meetsGoal(row({ goal: { of: 'max', atMost: 30 } }))).toBe(true);
    expect(meetsGoal(row({ goal: { of: 'p95', atMost: 29 } }))).toBe(false);
  });

  test.each([[[]], [[0]], [[Number.NaN]]])('is broken by a reference of %p', (times) => {
    expect(isBroken(row({ reference: { name: 'nothing', sample: summaryOf(times) } }))).toBe(true);
  });

  test('over its goal is marked in the table', () => {
    const [, , met, missed] = table([row(), row({ goal: { of: 'p50', atMost: 5 } })]).split('\n');
    expect(met).toMatch(/ratio ≤ 0\.3$/);
    expect(missed).toMatch(/p50 ≤ 5 ms !$/);
  });
});

describe('results', () => {
  test('of a group that was measured again take the place of the ones before', () => {
    const again = { ...group('b'), commit: 'def' };
    const both = merged({ groups: [group('a'), group('b')] }, { groups: [again, group('c')] });
    expect(both.groups.map(({ name, commit }) => `${name} ${commit}`)).toEqual(['a abc', 'b def', 'c abc']);
  });
});

describe('the document', () => {
  const frame = (inside: string): string =>
    `# Performance\n\n<!-- figures: written by script/bench --write -->${inside}<!-- end of figures -->\n\nWords.\n`;

  test('gets the figures in place of those that it had, and keeps its words', () => {
    const written = withFigures(frame('\n\nold\n'), { groups: [group('stage')] });
    expect(written).toContain(
      '| a stage | 20.0 ms | 30.0 ms | docker run | 80.0 ms | 0.25 | ratio ≤ 0.3 | yes |',
    );
    expect(written).toContain(
      '2026-01-02, commit abc · 2 cores (a processor) · 8 GiB · Debian · Node 20.0.0.',
    );
    expect(written).not.toContain('old');
    expect(written.startsWith('# Performance\n')).toBe(true);
    expect(written.endsWith('Words.\n')).toBe(true);
    expect(withFigures(written, { groups: [group('stage')] })).toBe(written);
  });

  test('says plainly what missed its goal', () => {
    const missed = row({ name: 'a | b', goal: { of: 'max', atMost: 1 } });
    expect(withFigures(frame(''), { groups: [group('x', [missed])] })).toContain(
      '| a \\| b | 20.0 ms | 30.0 ms | docker run | 80.0 ms | 0.25 | max ≤ 1 ms | **no** |',
    );
  });

  test('without a place for figures is not written over', () => {
    expect(() => withFigures('# Performance\n', { groups: [] })).toThrow(/has no/);
  });
});

describe('the chart', () => {
  test('says in words what its bars show, and cannot be broken by a name', () => {
    const chart = goalChart('Goals', [row({ name: '<a> & b' })]);
    expect(chart).toContain('<desc id="what">&lt;a&gt; &amp; b: 0.25, goal ratio ≤ 0.3</desc>');
    expect(chart).not.toContain('<a>');
  });

  test('tells apart what meets its goal, and keeps what is far over it inside of the picture', () => {
    const chart = goalChart('Goals', [row(), row({ goal: { of: 'p50', atMost: 1 } })]);
    const bars = [...chart.matchAll(/<rect class="(\w+)" x="(\d+)".* width="([\d.]+)"/g)];
    expect(bars.map(([, kind]) => kind)).toEqual(['met', 'over']);
    const [, wide] = /viewBox="0 0 (\d+) /.exec(chart) ?? [];
    for (const [, , x, width] of bars) expect(Number(x) + Number(width)).toBeLessThan(Number(wide));
  });
});
