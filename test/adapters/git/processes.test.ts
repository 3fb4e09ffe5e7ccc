import { describe, expect, test } from '@jest/globals';
import { gitCheckout } from '../../../src/adapters/git/checkout.js';
import { atOnce, never, PLAIN, read, request } from './checking-out.js';
import { gitScript } from './git-script.js';
import { createOrigin, runGitHere, tagOf, temporary } from './origin.js';

function counted() {
  const script = gitScript();
  const git = gitCheckout({
    mirrors: temporary('mirrors'),
    allowFile: true,
    sleep: atOnce,
    git: script.program,
    environment: { PATH: process.env['PATH'] ?? '' },
  });
  return { git, verbs: script.verbs };
}

describe('the processes of git', () => {
  test('are a fetch and the files where the mirror is there, and the files alone where the commit is', async () => {
    const origin = createOrigin();
    const { git, verbs } = counted();
    const first = origin.commit({ 'a.txt': '1' });
    await git.checkout(request(origin, first, PLAIN), never);
    expect(verbs()).toEqual(['init', 'fetch', 'read-tree']);
    const second = request(origin, origin.commit({ 'a.txt': '2' }), PLAIN);
    await git.checkout(second, never);
    expect(verbs().slice(3)).toEqual(['fetch', 'read-tree']);
    const again = request(origin, second.trigger.sha, PLAIN);
    await git.checkout(again, never);
    expect(verbs().slice(5)).toEqual(['read-tree']);
    expect(read(again.directory, 'a.txt')).toBe('2');
  });

  test('are no more for a tag, but one that tells an annotated one from what it was', async () => {
    const origin = createOrigin();
    const { git, verbs } = counted();
    const sha = origin.commit({ 'a.txt': '1' });
    origin.git('tag', 'plain', sha);
    origin.git('tag', '-a', 'annotated', '-m', 'words', sha);
    await git.checkout({ ...request(origin, sha, PLAIN), trigger: tagOf(sha, 'plain') }, never);
    expect(verbs()).toEqual(['init', 'fetch', 'read-tree']);
    await git.checkout({ ...request(origin, sha, PLAIN), trigger: tagOf(sha, 'annotated') }, never);
    expect(verbs().slice(3)).toEqual(['fetch', 'rev-parse', 'read-tree']);
  });

  test('are one fetch for all jobs that want a commit at once', async () => {
    const origin = createOrigin();
    const { git, verbs } = counted();
    const sha = origin.commit({ 'a.txt': '1' });
    await Promise.all([1, 2, 3].map(() => git.checkout(request(origin, sha, PLAIN), never)));
    expect(verbs().toSorted()).toEqual(['fetch', 'init', 'read-tree', 'read-tree', 'read-tree']);
  });

  test('leave what git itself would: a status without changes, and where HEAD is', async () => {
    const origin = createOrigin();
    const { git } = counted();
    const wanted = request(origin, origin.commit({ 'a.txt': '1', 'b/c.txt': '2' }), PLAIN);
    await git.checkout(wanted, never);
    const status = runGitHere(wanted.directory, 'status');
    expect(status).toContain(`HEAD detached at ${wanted.trigger.sha.slice(0, 7)}`);
    expect(status).toContain('nothing to commit, working tree clean');
    expect(runGitHere(wanted.directory, 'for-each-ref', '--format=%(refname)')).toBe(
      'refs/remotes/origin/main',
    );
    runGitHere(wanted.directory, 'checkout', '--quiet', '-b', 'mine');
    runGitHere(wanted.directory, 'commit', '--quiet', '--allow-empty', '-m', 'of a stage');
    expect(runGitHere(wanted.directory, 'fsck', '--no-dangling')).toBe('');
  });
});
