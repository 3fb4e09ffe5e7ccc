import { mkdirSync, mkdtempSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { isInside, resolveInside } from '../../src/worker/inside.js';
import { knownAhead, type Place, planServiceMounts, planStageMounts } from '../../src/worker/volumes.js';

function place(over: Partial<Place> = {}): Place {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'cyclone-place-')));
  const code = path.join(root, '1');
  mkdirSync(path.join(code, 'src/deep'), { recursive: true });
  mkdirSync(path.join(root, '10'));
  symlinkSync('/etc', path.join(code, 'out'));
  symlinkSync('../10', path.join(code, 'beside'));
  symlinkSync('src', path.join(code, 'in'));
  return { code, borrowed: ['/mirror/objects'], trusted: false, ...over };
}

const code = (failure: Promise<unknown>): Promise<unknown> =>
  failure.then(
    () => 'no failure',
    (error: unknown) => (error as { failure?: { code: string } }).failure?.code ?? error,
  );

describe('the mounts of a stage', () => {
  test('hold the workspace at its old place and what git borrows', async () => {
    const at = place();
    expect(await planStageMounts([], at)).toEqual({
      codeDir: '/root/code',
      mounts: [
        { source: at.code, target: '/root/code', readOnly: false },
        { source: '/mirror/objects', target: '/mirror/objects', readOnly: true },
      ],
    });
  });

  test('move with the first `.`, and the old place is not mounted', async () => {
    const at = place();
    const plan = await planStageMounts(['.:/go/src/api', './:/second:ro'], at);
    expect(plan.codeDir).toBe('/go/src/api');
    expect(plan.mounts.slice(0, 2)).toEqual([
      { source: at.code, target: '/go/src/api', readOnly: false },
      { source: at.code, target: '/second', readOnly: true },
    ]);
  });

  test('resolve a part of the workspace, links included', async () => {
    const at = place();
    const plan = await planStageMounts(['./in/deep:/deep'], at);
    expect(plan.mounts).toContainEqual({
      source: path.join(at.code, 'src/deep'),
      target: '/deep',
      readOnly: false,
    });
    expect(plan.codeDir).toBe('/root/code');
  });

  test.each([
    './out:/x',
    './out/passwd:/x',
    '../10:/x',
    './../10:/x',
    './beside:/x',
    './src/../../10:/x',
    './missing:/x',
  ])('refuse %s', async (volume) => {
    expect(await code(planStageMounts([volume], place()))).toBe('workspace');
  });

  test.each(['/var/run/docker.sock:/var/run/docker.sock', '/:/host', 'named:/data', '~/x:/x'])(
    'refuse %s of the host to whom is not trusted',
    async (volume) => {
      expect(await code(planStageMounts([volume], place()))).toBe('refused_by_policy');
      expect(await code(planServiceMounts([volume], place()))).toBe('refused_by_policy');
    },
  );

  test('hold a path of the host when trusted, and no named volume', async () => {
    const plan = await planStageMounts(['/var/cache:/cache'], place({ trusted: true }));
    expect(plan.mounts).toContainEqual({ source: '/var/cache', target: '/cache', readOnly: false });
    expect(await code(planStageMounts(['named:/data'], place({ trusted: true })))).toBe('container');
  });

  test('refuse a target that is not absolute', async () => {
    expect(await code(planStageMounts(['.:code'], place()))).toBe('container');
  });
});

test('a service gets only what it asks for', async () => {
  expect(await planServiceMounts([], place())).toEqual({ mounts: [] });
  const at = place();
  expect(await planServiceMounts(['.:/w'], at)).toMatchObject({ codeDir: '/w' });
});

test('what is known ahead', () => {
  expect(knownAhead([])).toBe(true);
  expect(knownAhead(['.:/x', './:/y:ro'])).toBe(true);
  expect(knownAhead(['./x:/x'])).toBe(false);
  expect(knownAhead(['/x:/x'])).toBe(false);
  expect(knownAhead(['..:/x'])).toBe(false);
});

describe('inside', () => {
  test('is by components', () => {
    expect(isInside('/ws/1', '/ws/1')).toBe(true);
    expect(isInside('/ws/1', '/ws/1/a')).toBe(true);
    expect(isInside('/ws/1', '/ws/10')).toBe(false);
    expect(isInside('/ws/1', '/ws')).toBe(false);
    expect(isInside('/ws/1', '/ws/1/..hidden')).toBe(true);
  });

  test.each(['/etc', 'a\0b', '..', 'src/../..', 'out', 'out/hosts'])('refuses %j', async (relative) => {
    expect(await code(resolveInside(place().code, relative, 'context_dir'))).toBe('workspace');
  });

  test('does not tell what exists outside', async () => {
    const ask = (relative: string): Promise<unknown> =>
      resolveInside(place().code, relative, 'x').catch((error: Error) => error.message.replace(relative, ''));
    expect(await ask('../10')).toBe(await ask('../nowhere'));
  });
});
