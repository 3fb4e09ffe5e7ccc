import { readdirSync, rmSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { gitCheckout } from '../../../src/adapters/git/checkout.js';
import { atOnce, never, PLAIN, read, request } from './checking-out.js';
import { gitScript } from './git-script.js';
import { createOrigin, runGitHere, temporary } from './origin.js';

const PATH = { PATH: process.env['PATH'] ?? '' };

/** What a git that is killed leaves of a verb: a pack half written, and the locks of what it meant to change. */
const killedIn = (verb: string): string => `if [ "$verb" = ${verb} ]; then
  echo half > "$mirror/objects/pack/tmp_pack_a1b2c3"
  echo half > "$mirror/objects/pack/.tmp-77-pack-0123.pack"
  for ref in "$mirror"/refs/cyclone/*; do : > "$ref.lock"; done
  : > "$mirror/shallow.lock"
  kill -KILL $$
fi`;

const leftIn = (mirrors: string): readonly string[] =>
  readdirSync(mirrors, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /tmp|\.lock$/.test(path.basename(name)),
  );

describe('after a worker was killed', () => {
  test('in the middle of a fetch, the next job works and nothing is left', async () => {
    const origin = createOrigin();
    const mirrors = temporary('mirrors');
    const options = { mirrors, allowFile: true, sleep: atOnce, environment: PATH };
    await gitCheckout(options).checkout(request(origin, origin.commit({ 'a.txt': '1' }), PLAIN), never);
    const wanted = request(origin, origin.commit({ 'a.txt': '2' }), PLAIN);
    const { program } = gitScript(killedIn('fetch'));
    await expect(gitCheckout({ ...options, git: program }).checkout(wanted, never)).rejects.toThrow();
    expect(leftIn(mirrors)).not.toEqual([]);
    await gitCheckout(options).checkout(wanted, never);
    expect(read(wanted.directory, 'a.txt')).toBe('2');
    expect(leftIn(mirrors)).toEqual([]);
  });

  test('while packs were put together, jobs go on, and the next ones are put together', async () => {
    const origin = createOrigin();
    const mirrors = temporary('mirrors');
    const { program, verbs } = gitScript(killedIn('repack'));
    const options = { mirrors, allowFile: true, sleep: atOnce, environment: PATH };
    const dying = gitCheckout({ ...options, git: program });
    let count = 0;
    while (!verbs().includes('repack')) {
      await dying.checkout(request(origin, origin.commit({ 'a.txt': `${(count += 1)}` }), PLAIN), never);
      await dying.settled();
    }
    const packs = (): number =>
      readdirSync(mirrors, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.pack'))
        .length;
    const before = packs();
    const next = gitCheckout(options);
    const wanted = request(origin, origin.commit({ 'a.txt': 'after' }), PLAIN);
    await next.checkout(wanted, never);
    await next.settled();
    expect(read(wanted.directory, 'a.txt')).toBe('after');
    expect(runGitHere(wanted.directory, 'rev-list', '--count', 'HEAD')).toBe(String(count + 1));
    expect(packs()).toBeLessThan(before);
    expect(leftIn(mirrors)).toEqual([]);
  });

  test('while what nobody needs was removed, the next day goes on with it', async () => {
    const origin = createOrigin();
    const mirrors = temporary('mirrors');
    const options = { mirrors, allowFile: true, sleep: atOnce, environment: PATH };
    const wanted = request(origin, origin.commit({ 'a.txt': '1' }), PLAIN);
    await gitCheckout(options).checkout(wanted, never);
    rmSync(wanted.directory, { recursive: true });
    const [mirror = ''] = readdirSync(mirrors);
    const refs = path.join(mirrors, mirror, 'refs/cyclone');
    for (const ref of readdirSync(refs)) utimesSync(path.join(refs, ref), 0, 0);
    const kept = { unusedMs: 24 * 3600_000, bytes: 1024 ** 4 };
    const { program, verbs } = gitScript(killedIn('prune'));
    await gitCheckout({ ...options, git: program }).tidy(kept, Date.now(), never);
    expect(verbs()).toEqual(['repack', 'prune']);
    const healthy = gitScript();
    await gitCheckout({ ...options, git: healthy.program }).tidy(kept, Date.now(), never);
    expect(healthy.verbs()).toEqual(['repack', 'prune']);
    const again = request(origin, wanted.trigger.sha, PLAIN);
    await gitCheckout(options).checkout(again, never);
    expect(read(again.directory, 'a.txt')).toBe('1');
    expect(leftIn(mirrors)).toEqual([]);
  });
});
