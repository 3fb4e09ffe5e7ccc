import { expect, test } from '@jest/globals';
import { cellName, cellsOf, MAX_CELLS } from '../../../src/pipeline/matrix.js';
import { matrix } from './definitions.js';

const names = (...of: Parameters<typeof matrix>): readonly string[] => cellsOf(matrix(...of)).map(cellName);

test('is the product of its axes, the last turning fastest', () => {
  expect(names({ a: ['1', '2'], b: ['x', 'y'] })).toEqual(['a=1, b=x', 'a=1, b=y', 'a=2, b=x', 'a=2, b=y']);
});

test('leaves out what is excluded, by all the values that are given', () => {
  const exclude = [{ a: '1', b: 'y' }, { b: 'z' }];
  expect(names({ a: ['1', '2'], b: ['x', 'y', 'z'] }, { exclude })).toEqual([
    'a=1, b=x',
    'a=2, b=x',
    'a=2, b=y',
  ]);
});

test('adds to the cells that an entry of include names, and cells for the others', () => {
  const include = [{ a: '2', extra: 'on' }, { a: '3' }, { other: 'cell' }];
  expect(names({ a: ['1', '2'] }, { include })).toEqual(['a=1', 'a=2, extra=on', 'a=3', 'other=cell']);
});

test('has each cell once', () => {
  expect(names({ a: ['1', '1'] }, { include: [{ a: '1' }] })).toEqual(['a=1']);
  expect(names({})).toEqual([]);
});

test('ends, however large it is', () => {
  const values = Array.from({ length: 100 }, (_, index) => String(index));
  const axes = { a: values, b: values, c: values, d: values, e: values };
  expect(cellsOf(matrix(axes))).toHaveLength(MAX_CELLS);
  expect(cellsOf(matrix(axes, { exclude: values.map((a) => ({ a })) }))).toEqual([]);
});
