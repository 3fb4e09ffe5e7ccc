import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';

import { foldLines } from '../../../src/web/client/log/folding.js';
import { createSections } from '../../../src/web/client/log/sections.js';
import type { SectionJson } from '../../../src/web/log-protocol.js';

function section(line: number, until: number, state: SectionJson['state'] = 'passed'): SectionJson {
  return { kind: 'command', number: line, line, until, title: `$ ${line}`, state };
}

describe('folded lines', () => {
  test('are left out, but for their headings', () => {
    const folding = foldLines(10, [section(7, 9), section(2, 4)]);
    expect(Array.from({ length: folding.rows }, (_, row) => folding.lineAt(row))).toEqual([
      1, 2, 5, 6, 7, 10,
    ]);
    expect(folding.rowOf(3)).toBe(1);
    expect([2, 3, 4, 5].map(folding.isHidden)).toEqual([false, true, true, false]);
  });

  test('rows and lines are two names of one thing, however sections lie', () => {
    const sections = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 60 }), fc.nat(20)).map(([line, more]) => section(line, line + more)),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(fc.nat(70), sections, (total, folded) => {
        const folding = foldLines(total, folded);
        const hides = (line: number): boolean => folded.some((one) => one.line < line && line <= one.until);
        const shown = Array.from({ length: total }, (_, index) => index + 1).filter((line) => !hides(line));
        expect(Array.from({ length: folding.rows }, (_, row) => folding.lineAt(row))).toEqual(shown);
        for (let line = 1; line <= total; line += 1) {
          expect(folding.isHidden(line)).toBe(hides(line));
          const last = shown.findLastIndex((one) => one <= line);
          expect(folding.rowOf(line)).toBe(last);
        }
      }),
    );
  });
});

describe('sections', () => {
  const all = [section(1, 400), section(401, 800, 'failed'), { ...section(801, 802), kind: 'end' as const }];

  test('that passed begin folded, others and the end do not', () => {
    const sections = createSections();
    sections.update({ lines: 802, sections: all }, () => false);
    expect(all.map((one) => sections.isFolded(one))).toEqual([true, false, false]);
    expect(sections.folding.rows).toBe(403);
  });

  test('of a short log are all open', () => {
    const sections = createSections();
    sections.update({ lines: 20, sections: [section(1, 10), section(11, 20)] }, () => false);
    expect(sections.folding.rows).toBe(20);
  });

  test('that somebody reads, or opened, stay open', () => {
    const sections = createSections();
    const ran = section(1, 400, 'running');
    sections.update({ lines: 400, sections: [ran] }, () => true);
    sections.update({ lines: 800, sections: all }, ({ line }) => line === 1);
    expect(sections.isFolded(section(1, 400))).toBe(false);
    const other = createSections();
    other.update({ lines: 802, sections: all }, () => false);
    other.toggle(section(1, 400));
    other.update({ lines: 802, sections: all }, () => false);
    expect(other.folding.rows).toBe(802);
  });

  test('open for a line in them', () => {
    const sections = createSections();
    sections.update({ lines: 802, sections: all }, () => false);
    sections.reveal(401);
    expect(sections.isFolded(section(1, 400))).toBe(true);
    sections.reveal(400);
    expect(sections.folding.isHidden(400)).toBe(false);
  });

  test('fold together, and open together', () => {
    const sections = createSections();
    sections.update({ lines: 802, sections: all }, () => false);
    sections.toggleAll();
    expect(sections.folding.rows).toBe(3);
    sections.toggleAll();
    expect(sections.folding.rows).toBe(802);
  });

  test('are the same objects until they change', () => {
    const sections = createSections();
    const outline = () => ({ lines: 802, sections: structuredClone(all) });
    sections.update(outline(), () => false);
    const before = sections.headedBy(401);
    sections.update(outline(), () => false);
    expect(sections.headedBy(401)).toBe(before);
    sections.update({ lines: 900, sections: [section(401, 900, 'failed')] }, () => false);
    expect(sections.headedBy(401)).not.toBe(before);
  });

  test('a log that grows has rows for what is new', () => {
    const sections = createSections();
    sections.update({ lines: 400, sections: [section(1, 400, 'running')] }, () => false);
    sections.grow(500);
    sections.grow(450);
    expect(sections.folding.rows).toBe(500);
  });
});
