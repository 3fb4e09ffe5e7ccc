import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { freePort } from '../contract/support/free-port.js';

const GIGABYTE = 1024 ** 3;
const MOST_GROWN = 64 * 1024 ** 2;

test('one line of a gigabyte goes from a stage to the server, and takes no more memory than a short one', async () => {
  const port = String(await freePort());
  // Nothing is kept: what is not read is what it would hold.
  const redis = spawn('redis-server', [
    '--port',
    port,
    '--bind',
    '127.0.0.1',
    '--save',
    '',
    '--appendonly',
    'no',
  ]);
  try {
    const program = 'test/e2e/support/one-line.mjs';
    const { stdout } = await promisify(execFile)(process.execPath, [program, port, String(GIGABYTE)]);
    const { bytes, grown } = JSON.parse(stdout) as { bytes: number; grown: number };
    expect(bytes).toBe(GIGABYTE);
    expect(grown).toBeLessThan(MOST_GROWN);
  } finally {
    redis.kill('SIGKILL');
  }
}, 120_000);
