import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type GitCheckout, gitCheckout } from '../../../src/adapters/git/checkout.js';
import type { CheckoutRequest } from '../../../src/worker/ports.js';
import { atOnce, never } from './checking-out.js';
import { createOrigin, type Origin, pushOf, repositoryAt, runGitHere, temporary } from './origin.js';

const DAY_MS = 24 * 3600_000;
const KEPT = { unusedMs: 30 * DAY_MS, bytes: 1024 ** 4 };

interface Mirrors {
  readonly directory: string;
  readonly git: GitCheckout;
  /** Of the newest commit of the origin. @returns the workspace */
  readonly checkOut: (origin: Origin, id: number, branch?: string) => Promise<string>;
  readonly request: (origin: Origin, id: number, branch?: string) => CheckoutRequest;
  /** The directory of the mirror of the repository with this number. */
  readonly mirror: (id: number) => string;
}

function openMirrors(directory = temporary('mirrors'), borrowed: readonly string[] = []): Mirrors {
  const git = gitCheckout({
    mirrors: directory,
    allowFile: true,
    sleep: atOnce,
    borrowed: async () => borrowed,
  });
  const request = (origin: Origin, id: number, branch = 'main'): CheckoutRequest => ({
    repository: repositoryAt(`file://${origin.directory}`, id),
    trigger: pushOf(origin.git('rev-parse', 'HEAD'), branch),
    directory: temporary('workspace'),
  });
  return {
    directory,
    git,
    request,
    checkOut: async (origin, id, branch) => {
      const wanted = request(origin, id, branch);
      await git.checkout(wanted, never);
      return wanted.directory;
    },
    mirror: (id) => {
      const name = readdirSync(directory).find(
        (one) => one.startsWith(`local-${id}-`) && one.endsWith('.git'),
      );
      return path.join(directory, name ?? 'none');
    },
  };
}

function usedBefore(mirror: string, days: number): void {
  const at = Date.now() / 1000 - days * 24 * 3600;
  utimesSync(path.join(mirror, 'cyclone-ready'), at, at);
}

function originWith(text: string): Origin {
  const origin = createOrigin();
  origin.commit({ 'a.txt': text });
  return origin;
}

describe('mirrors', () => {
  test('that nobody used for long go, and are made anew for who comes', async () => {
    const { git, checkOut, mirror, directory } = openMirrors();
    const [old, young] = [originWith('old'), originWith('young')];
    for (const [origin, id] of [
      [old, 1],
      [young, 2],
    ] as const) {
      rmSync(await checkOut(origin, id), { recursive: true });
    }
    usedBefore(mirror(1), 31);
    usedBefore(mirror(2), 29);
    const left = [path.basename(mirror(2))];
    expect(await git.tidy(KEPT, Date.now(), never)).toEqual({ removed: 1 });
    expect(readdirSync(directory)).toEqual(left);
    expect(readFileSync(path.join(await checkOut(old, 1), 'a.txt'), 'utf8')).toBe('old');
  });

  test('that are too large together go, the longest unused first', async () => {
    const { git, checkOut, mirror, directory } = openMirrors();
    const text = Array.from({ length: 20_000 }, () => Math.random()).join('\n');
    const origins = [1, 2, 3].map((n) => originWith(`${n}${text}`));
    for (const [index, origin] of origins.entries()) {
      rmSync(await checkOut(origin, index), { recursive: true });
      usedBefore(mirror(index), [3, 9, 6][index] ?? 0);
    }
    const [first = 0, , last = 0] = origins.map((_, index) => packedBytes(mirror(index)));
    const two = first + last;
    expect(await git.tidy({ ...KEPT, bytes: two + 64 * 1024 }, Date.now(), never)).toEqual({ removed: 1 });
    expect(readdirSync(directory).map((name) => name.split('-')[1])).toEqual(['0', '2']);
    expect(await git.tidy({ ...KEPT, bytes: 0 }, Date.now(), never)).toEqual({ removed: 2 });
  });

  test('stay while a workspace is there that borrows, also one of an earlier process', async () => {
    const { git, checkOut, mirror, directory } = openMirrors();
    const origin = originWith('borrowed');
    const workspace = await checkOut(origin, 1);
    usedBefore(mirror(1), 100);
    expect(await git.tidy({ unusedMs: 0, bytes: 0 }, Date.now(), never)).toEqual({ removed: 0 });
    const objects = path.join(mirror(1), 'objects');
    const later = openMirrors(directory, [objects]).git;
    expect(await later.tidy({ unusedMs: 0, bytes: 0 }, Date.now(), never)).toEqual({ removed: 0 });
    expect(runGitHere(workspace, 'log', '--format=%s')).toBe('a change');
    rmSync(workspace, { recursive: true });
    expect(await git.tidy({ unusedMs: 0, bytes: 0 }, Date.now(), never)).toEqual({ removed: 1 });
  });

  test('stay for containers that are armed before the checkout', async () => {
    const { git, request, mirror } = openMirrors();
    const origin = originWith('armed');
    const wanted = request(origin, 1);
    await git.borrows(wanted);
    // Nothing was ever fetched into it.
    utimesSync(mirror(1), 0, 0);
    expect(await git.tidy({ unusedMs: 0, bytes: 0 }, Date.now(), never)).toEqual({ removed: 0 });
  });

  test('that are removed while somebody comes are made for him', async () => {
    const { git, request, checkOut, mirror } = openMirrors();
    const origin = originWith('both');
    rmSync(await checkOut(origin, 1), { recursive: true });
    usedBefore(mirror(1), 100);
    const wanted = request(origin, 1);
    const tidying = git.tidy({ unusedMs: 0, bytes: 0 }, Date.now(), never);
    const [objects = ''] = await git.borrows(wanted);
    await Promise.all([tidying, git.checkout(wanted, never)]);
    expect(existsSync(objects)).toBe(true);
    expect(runGitHere(wanted.directory, 'status', '--porcelain')).toBe('');
  });

  test('count with those of their submodules, and go with them', async () => {
    const { git, checkOut, mirror, directory } = openMirrors();
    const origin = originWith('with submodules');
    rmSync(await checkOut(origin, 1), { recursive: true });
    const submodules = mirror(1).replace(/git$/, 'submodules');
    mkdirSync(submodules, { recursive: true });
    writeFileSync(path.join(submodules, 'large'), Buffer.alloc(10 * 1024 ** 2));
    expect(await git.tidy({ ...KEPT, bytes: 5 * 1024 ** 2 }, Date.now(), never)).toEqual({ removed: 1 });
    expect(readdirSync(directory)).toEqual([]);
  });

  test('whose removal was killed half way are removed by the next', async () => {
    const { git, directory } = openMirrors();
    mkdirSync(path.join(directory, 'local-1-a.git.gone-0123456789ab/objects'), { recursive: true });
    mkdirSync(path.join(directory, 'local-1-a.submodules'), { recursive: true });
    await git.tidy({ unusedMs: 0, bytes: 0 }, Date.now() + DAY_MS, never);
    expect(readdirSync(directory)).toEqual([]);
  });
});

describe('a mirror that is fetched into often', () => {
  test('has few packs, and a workspace that borrows works on', async () => {
    const { git, checkOut, mirror } = openMirrors();
    const origin = originWith('0');
    const first = await checkOut(origin, 1);
    const packs: number[] = [];
    for (let turn = 0; turn < 45; turn += 1) {
      origin.commit({ 'a.txt': `${turn}` });
      await checkOut(origin, 1);
      await git.settled();
      const names = readdirSync(path.join(mirror(1), 'objects/pack'));
      packs.push(names.filter((name) => name.endsWith('.pack')).length);
    }
    expect(Math.max(...packs)).toBeLessThanOrEqual(21);
    expect(Math.max(...packs)).toBeGreaterThan(10);
    expect(runGitHere(first, 'show', 'HEAD:a.txt')).toBe('0');
    expect(runGitHere(first, 'fsck', '--no-dangling')).toBe('');
  });

  test('keeps what no ref leads to any more while somebody borrows it, and then loses it', async () => {
    const { git, checkOut, mirror } = openMirrors();
    const origin = originWith('kept');
    origin.git('checkout', '--quiet', '-b', 'side');
    origin.commit({ 'side.txt': 'a branch that goes' });
    const lost = origin.git('rev-parse', 'HEAD');
    const side = await checkOut(origin, 1, 'side');
    origin.git('checkout', '--quiet', 'main');
    const main = await checkOut(origin, 1);
    const refs = path.join(mirror(1), 'refs/cyclone');
    const old = readdirSync(refs).find((ref) => readFileSync(path.join(refs, ref), 'utf8').trim() === lost);
    utimesSync(path.join(refs, old ?? ''), 0, 0);
    await git.tidy(KEPT, Date.now(), never);
    expect(readdirSync(refs)).toHaveLength(1);
    expect(runGitHere(side, 'show', 'HEAD:side.txt')).toBe('a branch that goes');
    for (const workspace of [side, main]) rmSync(workspace, { recursive: true });
    await git.tidy(KEPT, Date.now(), never);
    expect(() => runGitHere(mirror(1), 'cat-file', '-e', lost)).toThrow();
    expect(readFileSync(path.join(await checkOut(origin, 1), 'a.txt'), 'utf8')).toBe('kept');
  });
});

function packedBytes(mirror: string): number {
  const counted = runGitHere(mirror, 'count-objects', '-v');
  return Number(/^size-pack: (\d+)$/m.exec(counted)?.[1]) * 1024;
}
