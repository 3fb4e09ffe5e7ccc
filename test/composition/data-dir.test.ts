import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { DataDirUnavailable, openDataDir } from '../../src/composition/data-dir.js';

let root: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  root = path.join(mkdtempSync(path.join(tmpdir(), 'cyclone-data-')), 'data');
});
afterEach(async () => {
  await Promise.all(children.splice(0).map(end));
  rmSync(path.dirname(root), { recursive: true });
});

const lock = (): string => path.join(root, 'lock');

/** Another process, and how a lock of its would name it. */
async function another(): Promise<{ readonly child: ChildProcess; readonly named: string }> {
  const child = spawn('sleep', ['600'], { stdio: 'ignore' });
  children.push(child);
  await once(child, 'spawn');
  const stat = readFileSync(`/proc/${String(child.pid)}/stat`, 'utf8');
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  return { child, named: `${String(child.pid)} ${started}\n` };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
}

function locked(text: string): void {
  mkdirSync(root, { recursive: true });
  writeFileSync(lock(), text);
}

describe('a data directory', () => {
  test('is made with its rooms, for nobody else to read', async () => {
    const dir = await openDataDir(root);
    for (const made of [dir.root, dir.mirrors, dir.workspaces, dir.logs, dir.artifacts]) {
      expect(statSync(made).mode & 0o777).toBe(0o700);
    }
    expect(path.dirname(dir.database)).toBe(root);
  });

  test('has one id over restarts, and no two have the same', async () => {
    const first = await openDataDir(root);
    await first.release();
    expect((await openDataDir(root)).workerId).toBe(first.workerId);
    expect((await openDataDir(path.join(root, 'other'))).workerId).not.toBe(first.workerId);
  });

  test('whose id was cut short gets another', async () => {
    const first = await openDataDir(root);
    await first.release();
    writeFileSync(path.join(root, 'worker-id'), first.workerId.slice(0, 5));
    expect((await openDataDir(root)).workerId).toMatch(/^[0-9a-f]{12}$/);
  });

  test('that cannot be made is said to be so', async () => {
    writeFileSync(root, 'a file');
    await expect(openDataDir(path.join(root, 'in-a-file'))).rejects.toThrow(DataDirUnavailable);
  });
});

describe('its lock', () => {
  test('refuses a second owner, and names the first', async () => {
    await openDataDir(root);
    await expect(openDataDir(root)).rejects.toThrow(`in use by process ${String(process.pid)}`);
  });

  test('of a process that runs is respected', async () => {
    const { child, named } = await another();
    locked(named);
    await expect(openDataDir(root)).rejects.toThrow(`in use by process ${String(child.pid)}`);
    expect(readFileSync(lock(), 'utf8')).toBe(named);
  });

  test('of a process that is dead is taken over', async () => {
    const { child, named } = await another();
    await end(child);
    locked(named);
    await openDataDir(root);
    expect(readFileSync(lock(), 'utf8')).toMatch(new RegExp(`^${String(process.pid)} `));
  });

  test('of a dead process whose number somebody else has now is taken over', async () => {
    const { child } = await another();
    locked(`${String(child.pid)} 1\n`);
    await expect(openDataDir(root)).resolves.toMatchObject({ root });
  });

  test.each(['', 'not a lock', '-1 1\n', '0 0\n'])('that says %j is taken over', async (text) => {
    locked(text);
    await expect(openDataDir(root)).resolves.toMatchObject({ root });
  });

  test('is free after its release', async () => {
    const dir = await openDataDir(root);
    await dir.release();
    expect(existsSync(lock())).toBe(false);
    await expect(openDataDir(root)).resolves.toMatchObject({ root });
  });

  test.each([
    ['that nobody has', undefined],
    ['that a dead process left', '999999999 1\n'],
  ])('%s goes to one of many', async (_, left) => {
    for (let round = 0; round < 20; round += 1) {
      rmSync(root, { recursive: true, force: true });
      if (left !== undefined) locked(left);
      const all = await Promise.allSettled(Array.from({ length: 8 }, () => openDataDir(root)));
      expect(all.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    }
  });
});
