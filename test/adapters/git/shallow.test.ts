import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { gitCheckout } from '../../../src/adapters/git/checkout.js';
import { atOnce, never, PLAIN, read, request } from './checking-out.js';
import { createOrigin, type Origin, runGitHere, temporary } from './origin.js';

/** Five commits, each with a file that only it has. */
function fiveCommits(): Origin {
  const origin = createOrigin();
  for (const n of [1, 2, 3, 4, 5]) origin.commit({ 'a.txt': `${n}`, [`only-${n}.txt`]: `${n}` });
  return origin;
}

function openShallow(mirrors = temporary('mirrors'), shallow = true) {
  const git = gitCheckout({ mirrors, allowFile: true, sleep: atOnce, shallow: () => shallow });
  return {
    mirrors,
    history: async (origin: Origin, options = PLAIN): Promise<string> => {
      const wanted = request(origin, origin.git('rev-parse', 'HEAD'), options);
      await git.checkout(wanted, never);
      expect(read(wanted.directory, 'a.txt')).toBe(origin.git('show', 'HEAD:a.txt'));
      expect(runGitHere(wanted.directory, 'fsck', '--no-dangling')).toBe('');
      expect(runGitHere(wanted.directory, 'status', '--porcelain')).toBe('');
      return runGitHere(wanted.directory, 'rev-list', '--count', 'HEAD');
    },
    commits: (): number => {
      const [mirror = ''] = readdirSync(mirrors).filter((name) => name.endsWith('.git'));
      const objects = runGitHere(
        path.join(mirrors, mirror),
        'cat-file',
        '--batch-all-objects',
        '--batch-check',
      );
      return objects.split('\n').filter((line) => line.includes(' commit ')).length;
    },
  };
}

describe('the mirror of a repository that is fetched shallow', () => {
  test('has one commit, and the workspace a git that works without more', async () => {
    const { history, commits } = openShallow();
    expect(await history(fiveCommits())).toBe('1');
    expect(commits()).toBe(1);
  });

  test('gets the next commit, and as much history as a job asks for', async () => {
    const origin = fiveCommits();
    const { history, commits } = openShallow();
    await history(origin);
    origin.commit({ 'a.txt': '6' });
    expect(await history(origin)).toBe('1');
    expect(commits()).toBe(2);
    expect(await history(origin, { ...PLAIN, depth: 3 })).toBe('3');
    expect(await history(origin, { ...PLAIN, depth: 1 })).toBe('1');
  });

  test('becomes whole when the setting is taken back', async () => {
    const origin = fiveCommits();
    const { history, mirrors } = openShallow();
    expect(await history(origin)).toBe('1');
    expect(await openShallow(mirrors, false).history(origin)).toBe('5');
  });

  test('stays whole where it was', async () => {
    const origin = fiveCommits();
    const { history, mirrors } = openShallow(temporary('mirrors'), false);
    expect(await history(origin)).toBe('5');
    origin.commit({ 'a.txt': '6' });
    await openShallow(mirrors).history(origin);
    expect(await openShallow(mirrors, false).history(origin)).toBe('6');
  });
});
