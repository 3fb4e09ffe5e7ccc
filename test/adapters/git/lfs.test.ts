import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { gitCheckout } from '../../../src/adapters/git/checkout.js';
import { never, PLAIN, request } from './checking-out.js';
import { createOrigin, temporary } from './origin.js';

test('large files are refused on a machine without git-lfs, with what to install', async () => {
  const origin = createOrigin();
  const wanted = request(origin, origin.commit({ 'a.txt': 'one' }), { ...PLAIN, lfs: true });
  const programs = temporary('programs');
  symlinkSync(
    execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim(),
    path.join(programs, 'git'),
  );
  const git = gitCheckout({
    mirrors: temporary('mirrors'),
    allowFile: true,
    environment: { PATH: programs },
  });
  await expect(git.checkout(wanted, never)).rejects.toThrow(/^lfs: .*install git-lfs/);
});
