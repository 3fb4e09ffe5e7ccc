import { expect, test } from '@jest/globals';
import { createSections } from '../../../src/web/client/log/sections.js';
import type { SectionJson } from '../../../src/web/log-protocol.js';

const section = (line: number, until: number, state: SectionJson['state']): SectionJson => ({
  kind: 'command',
  number: 1,
  line,
  until,
  title: `command ${line}`,
  state,
});
const neverSeen = () => false;

test('the section that runs has every line that came, also when an older outline comes behind them', () => {
  const sections = createSections();
  const outline = { lines: 4, sections: [section(1, 2, 'passed'), section(3, 4, 'running')] };
  sections.update(outline, neverSeen);
  const ended = sections.headedBy(1);
  sections.grow(20);
  expect(sections.headedBy(3)).toMatchObject({ until: 20 });
  // Whose row needs no other.
  expect(sections.headedBy(1)).toBe(ended);
  sections.update(outline, neverSeen);
  expect(sections.all.map(({ until }) => until)).toEqual([2, 20]);
});

test('what has ended grows no more', () => {
  const sections = createSections();
  sections.update({ lines: 4, sections: [section(1, 4, 'failed')] }, neverSeen);
  sections.grow(20);
  expect(sections.headedBy(1)).toMatchObject({ until: 4 });
});

test('a section that is folded while it runs hides what comes', () => {
  const sections = createSections();
  sections.update({ lines: 2, sections: [section(1, 2, 'running')] }, neverSeen);
  sections.toggle(section(1, 2, 'running'));
  sections.grow(9);
  expect(sections.folding.rows).toBe(1);
});
