import { describe, expect, test } from '@jest/globals';
import { checkOut, PLAIN } from './checking-out.js';
import { createOrigin, runGitHere, temporary } from './origin.js';

describe('a checkout with a depth', () => {
  const origin = createOrigin();
  const [first = '', second = '', third = ''] = ['1', '2', '3'].map((text) =>
    origin.commit({ 'a.txt': text }),
  );

  test.each([
    [1, [third]],
    [2, [third, second]],
    [3, [third, second, first]],
    [4, [third, second, first]],
  ])('of %d has so many commits of history, and a working git', async (depth, commits) => {
    const workspace = await checkOut(origin, third, { ...PLAIN, depth });
    expect(runGitHere(workspace, 'rev-list', 'HEAD').split('\n')).toEqual(commits);
    expect(runGitHere(workspace, 'rev-parse', '--is-shallow-repository')).toBe(String(depth < 3));
    expect(runGitHere(workspace, 'status', '--porcelain')).toBe('');
    expect(runGitHere(workspace, 'fsck', '--no-dangling')).toBe('');
  });

  test('leaves the mirror whole: the next checkout has all of the history', async () => {
    await checkOut(origin, third, { ...PLAIN, depth: 1 });
    const workspace = await checkOut(origin, third, PLAIN);
    expect(runGitHere(workspace, 'rev-list', '--count', 'HEAD')).toBe('3');
  });

  test('counts the steps of the shortest way, as git does', async () => {
    const merged = createOrigin();
    merged.commit({ root: '1' });
    merged.commit({ root: '2' });
    merged.git('checkout', '--quiet', '-b', 'side', 'HEAD~1');
    merged.commit({ side: '1' });
    merged.commit({ side: '2' });
    merged.git('checkout', '--quiet', 'main');
    merged.git('merge', '--quiet', '--no-ff', '-m', 'merge', 'side');
    const sha = merged.git('rev-parse', 'HEAD');
    for (const depth of [1, 2, 3, 4, 5]) {
      const clone = temporary('clone');
      runGitHere(clone, 'clone', '--quiet', '--bare', `--depth=${depth}`, `file://${merged.directory}`, '.');
      const workspace = await checkOut(merged, sha, { ...PLAIN, depth });
      const count = runGitHere(workspace, 'rev-list', '--count', 'HEAD');
      expect(`${depth}: ${count}`).toBe(`${depth}: ${runGitHere(clone, 'rev-list', '--count', 'HEAD')}`);
    }
  });
});
