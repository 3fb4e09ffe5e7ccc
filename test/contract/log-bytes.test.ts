import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { afterEach, beforeEach, expect, test } from '@jest/globals';

const MIB = 1024 * 1024;
const PROGRAM = resolve('test/contract/support/long-log.mjs');

interface Report {
  readonly written: string;
  readonly read: string;
  readonly newlines: number;
  readonly index: { readonly bytes: number; readonly newlines: number; readonly checkpoints: number };
  /** Bytes of memory that the process had at most, above those that it began with. */
  readonly grown: number;
}

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'long-log-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function longLog(kind: 'lines' | 'line', bytes: number): Promise<Report> {
  const args = ['--expose-gc', PROGRAM, directory, kind, String(bytes)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Report;
}

async function stored(): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const sizes = await Promise.all(
    files.map(async (file) => (await stat(join(file.parentPath, file.name))).size),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

test.each([
  ['200 MB of output with partial lines, CR, NUL and broken UTF-8', 'lines', 200_000_000],
  ['one line of 1 GB', 'line', 1_000_000_000],
] as const)(
  '%s: the same bytes come out, and the process stays small',
  async (_, kind, bytes) => {
    const report = await longLog(kind, bytes);
    expect(report.read).toBe(report.written);
    expect(report.index).toMatchObject({ bytes, newlines: report.newlines });
    expect(report.newlines > 1000).toBe(kind === 'lines');
    expect(report.index.checkpoints).toBeGreaterThan(bytes / MIB);
    expect(report.grown).toBeLessThan(64 * MIB);
    expect(await stored()).toBeLessThan(bytes);
  },
  300_000,
);
