import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bytesTaken, chooseImages, DOWN_TO, type Removable } from '../../src/worker/image-choice.js';

const GIB = 1024 ** 3;

function image(
  key: string,
  usedAt: number,
  layers: Readonly<Record<string, number>>,
  held = false,
): Removable {
  return { key, usedAt, held, layers: Object.entries(layers).map(([id, bytes]) => ({ id, bytes })) };
}

const keys = (chosen: readonly Removable[]): readonly string[] => chosen.map(({ key }) => key);
const none: ReadonlySet<string> = new Set();

describe('images that are over their limit', () => {
  test('go by their last use, and not all of them', () => {
    const all = [image('new', 3, { n: GIB }), image('old', 1, { o: GIB }), image('mid', 2, { m: GIB })];
    const choice = chooseImages(all, none, { limit: 2.5 * GIB, wanted: 0 });
    expect(choice).toMatchObject({ bytes: GIB, taken: 3 * GIB, why: 'limit' });
    expect(keys(choice.remove)).toEqual(['old']);
  });

  test('stay while they are held, however old', () => {
    const all = [image('held', 1, { h: GIB }, true), image('free', 2, { f: GIB })];
    expect(keys(chooseImages(all, none, { limit: 1, wanted: 0 }).remove)).toEqual(['free']);
  });

  test('take a layer once, and give it with the last that has it', () => {
    const all = [image('one', 1, { base: GIB, a: 1 }), image('two', 2, { base: GIB, b: 1 })];
    expect(bytesTaken(all, none)).toBe(GIB + 2);
    const choice = chooseImages(all, none, { limit: GIB, wanted: 0 });
    expect(keys(choice.remove)).toEqual(['one', 'two']);
    expect(choice.bytes).toBe(GIB + 2);
  });

  test('stay when their layers are also in what stays', () => {
    const all = [image('base', 1, { base: GIB }), image('on it', 2, { base: GIB, top: GIB }, true)];
    expect(chooseImages(all, none, { limit: 1, wanted: 0 }).remove).toEqual([]);
    expect(
      chooseImages([image('theirs', 1, { base: GIB })], new Set(['base']), { limit: 0, wanted: 1 }),
    ).toEqual({ remove: [], bytes: 0, taken: 0, why: 'disk' });
  });

  test('stay below it, unless the disk wants room', () => {
    const all = [image('old', 1, { o: GIB }), image('new', 2, { n: GIB })];
    expect(chooseImages(all, none, { limit: 2 * GIB, wanted: 0 }).remove).toEqual([]);
    const choice = chooseImages(all, none, { limit: 2 * GIB, wanted: 5 });
    expect(choice).toMatchObject({ bytes: GIB, why: 'disk' });
    expect(keys(choice.remove)).toEqual(['old']);
  });
});

/** Layers in chains, as engines have them, with a few that many share. */
const removable = fc.record({
  key: fc.uuid(),
  usedAt: fc.nat(5),
  held: fc.boolean(),
  layers: fc
    .array(fc.nat(2), { maxLength: 4 })
    .map((path) => path.map((_, at) => layerAt(path.slice(0, at + 1)))),
});
const situation = fc.record({
  all: fc.uniqueArray(removable, { selector: ({ key }) => key, maxLength: 12 }),
  foreign: fc
    .array(fc.array(fc.nat(2), { minLength: 1, maxLength: 3 }))
    .map((paths) => new Set(paths.map(idOf))),
  limit: fc.nat(60),
  wanted: fc.nat(30),
});

function idOf(path: readonly number[]): string {
  return path.join('/');
}

/** Its size follows from what it is. */
function layerAt(path: readonly number[]): Removable['layers'][number] {
  return { id: idOf(path), bytes: path.reduce((sum, part) => sum * 2 + part, 0) };
}

describe('whatever there is', () => {
  const each = (
    check: (
      of: { before: number; after: number; needed: number; left: readonly Removable[] } & Situation,
    ) => void,
  ) =>
    fc.assert(
      fc.property(situation, (given) => {
        const { all, foreign, limit, wanted } = given;
        const choice = chooseImages(all, foreign, { limit, wanted });
        const left = all.filter((one) => !choice.remove.includes(one));
        const before = bytesTaken(all, foreign);
        const needed = Math.max(wanted, before > limit ? before - limit * DOWN_TO : 0);
        check({ ...given, choice, left, before, after: bytesTaken(left, foreign), needed });
      }),
      { numRuns: 2000 },
    );
  type Situation = {
    readonly all: readonly Removable[];
    readonly foreign: ReadonlySet<string>;
    readonly choice: ReturnType<typeof chooseImages>;
  };

  test('nothing that is held goes', () => {
    each(({ choice }) => expect(choice.remove.filter(({ held }) => held)).toEqual([]));
  });

  test('what it says it gives is what is taken less after it', () => {
    each(({ choice, before, after }) => expect(choice.bytes).toBe(before - after));
  });

  test('there is room after it, or nothing more to give', () => {
    each(({ choice, left, foreign, needed }) => {
      const most =
        bytesTaken(left, foreign) -
        bytesTaken(
          left.filter(({ held }) => held),
          foreign,
        );
      const heldBytes = new Set(
        left.filter(({ held }) => held).flatMap(({ layers }) => layers.map(({ id }) => id)),
      );
      const rest = left.filter(({ held }) => !held).flatMap(({ layers }) => layers);
      const more = rest.some(({ id, bytes }) => bytes > 0 && !heldBytes.has(id) && !foreign.has(id));
      expect(choice.bytes >= needed || !more || most === 0).toBe(true);
    });
  });

  test('each of them gives something, and without the last there was no room', () => {
    each(({ choice, all, foreign, before, needed }) => {
      for (const one of choice.remove) {
        const spared = all.filter((other) => other === one || !choice.remove.includes(other));
        expect(bytesTaken(spared, foreign)).toBeGreaterThan(before - choice.bytes);
      }
      const last = choice.remove.at(-1);
      if (last === undefined) return;
      const without = all.filter((one) => one === last || !choice.remove.includes(one));
      expect(before - bytesTaken(without, foreign)).toBeLessThan(needed);
    });
  });

  test('an older one that could have given something alone never stays for a newer one', () => {
    each(({ choice, all, foreign }) => {
      const newest = Math.max(...choice.remove.map(({ usedAt }) => usedAt));
      for (const one of all.filter(
        (other) => !other.held && other.usedAt < newest && !choice.remove.includes(other),
      )) {
        const others = all.filter((other) => other !== one && !choice.remove.includes(other));
        expect(bytesTaken(others, foreign)).toBe(bytesTaken([...others, one], foreign));
      }
    });
  });
});
