import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  openWorkspace,
  readMark,
  removeWorkspace,
  workspaceOf,
  writeMark,
} from '../../src/worker/workspace.js';
import { sink } from './files.js';

let directory: string;
beforeEach(() => {
  directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'cyclone-workspace-')));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

const JOBS = ['chain', 'lint (node=20)', 'a/../b', '..', 'x'.repeat(300)];

describe('a workspace', () => {
  test.each(JOBS)('of job %s is removed from where it was made', async (job) => {
    const made = await openWorkspace(directory, 7, job);
    writeFileSync(path.join(made.code, 'file'), 'x');
    expect(path.dirname(made.root)).toBe(directory);
    expect(workspaceOf(directory, 7, job)).toEqual(made);
    await removeWorkspace(workspaceOf(directory, 7, job));
    expect(existsSync(made.root)).toBe(false);
  });

  test('is removed however deep it is, and whatever its names are', async () => {
    const made = await openWorkspace(directory, 7, 'chain');
    sink(made.code, Buffer.from('a\xffb', 'latin1'));
    sink(made.root);
    await removeWorkspace(made);
    expect(existsSync(made.root)).toBe(false);
  });

  test('is that of no other run or job', () => {
    const roots = [6, 7].flatMap((run) => JOBS.map((job) => workspaceOf(directory, run, job).root));
    expect(new Set(roots).size).toBe(roots.length);
  });

  test('that was never made can be removed', async () => {
    await expect(removeWorkspace(workspaceOf(directory, 9, 'chain'))).resolves.toBeUndefined();
  });

  test('knows its commit again, and no other', async () => {
    const workspace = await openWorkspace(directory, 7, 'chain');
    const options = { submodules: false, lfs: false };
    await writeMark(workspace, { sha: 'a', options, borrowed: [directory] });
    expect(await readMark(workspace, { sha: 'a', options })).toMatchObject({ borrowed: [directory] });
    expect(await readMark(workspace, { sha: 'b', options })).toBeUndefined();
    await writeMark(workspace, { sha: 'a', options, borrowed: [path.join(directory, 'gone')] });
    expect(await readMark(workspace, { sha: 'a', options })).toBeUndefined();
  });

  test.each([{ submodules: true }, { lfs: true }, { depth: 1 }])(
    'that was checked out without %j is not one that was with it',
    async (more) => {
      const workspace = await openWorkspace(directory, 7, 'chain');
      const options = { submodules: false, lfs: false };
      await writeMark(workspace, { sha: 'a', options, borrowed: [] });
      expect(await readMark(workspace, { sha: 'a', options: { ...options, ...more } })).toBeUndefined();
    },
  );

  test('whose mark says nothing of how it was checked out is not trusted', async () => {
    const workspace = await openWorkspace(directory, 7, 'chain');
    writeFileSync(path.join(workspace.root, 'checked-out.json'), '{"sha":"a","borrowed":[]}');
    const options = { submodules: false, lfs: false };
    expect(await readMark(workspace, { sha: 'a', options })).toBeUndefined();
  });
});
