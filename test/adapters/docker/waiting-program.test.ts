import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@jest/globals';
import { waitingProgram } from '../../../src/adapters/docker/waiting-program.js';

/** By Node's names. */
const HERE: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };
const here = waitingProgram(HERE[process.arch] ?? '');

(here === undefined ? test.skip : test)('it reads whatever it is told, and ends with its input', async () => {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'cyclone-wait-')), 'wait');
  writeFileSync(file, here ?? '', { mode: 0o755 });
  const child = spawn(file, { env: {} });
  const ended = once(child, 'exit');
  // More than a pipe holds: it is read.
  await new Promise((resolve) => child.stdin.write(Buffer.alloc(1024 * 1024), resolve));
  expect(child.exitCode).toBeNull();
  child.stdin.end();
  expect(await ended).toEqual([0, null]);
});

test('there is one for the processors that most engines have, and none for others', () => {
  const amd64 = waitingProgram('amd64');
  const arm64 = waitingProgram('arm64');
  // https://man7.org/linux/man-pages/man5/elf.5.html: EM_X86_64 and EM_AARCH64
  expect([amd64, arm64].map((program) => program?.readUInt16LE(18))).toEqual([62, 183]);
  expect(waitingProgram('s390x')).toBeUndefined();
});
