import type { Asked } from './parse.js';
import { namesAll } from './stage-args.js';

/**
 * Several lines of `/test` are one wish, in the place of the first: the second by itself would find the run
 * under way.
 */
export function joinTests(asked: readonly Asked[]): readonly Asked[] {
  const tests = asked.filter(isTest);
  const [first, ...more] = tests;
  if (first === undefined || more.length === 0) return asked;
  const isAll = tests.some(({ args }) => namesAll(args));
  const joined: Asked = { ...first, args: isAll ? [] : tests.flatMap(({ args }) => args) };
  return asked.filter((one) => one === first || !isTest(one)).map((one) => (one === first ? joined : one));
}

function isTest(asked: Asked): asked is Asked & { readonly kind: 'command' } {
  return asked.kind === 'command' && asked.name === 'test';
}
