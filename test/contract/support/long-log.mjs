// A process that keeps one long log and reads it again: what it remembers is measured from inside.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { diskArchive } from '../../../dist/adapters/archive/disk.js';

const [directory, kind, size] = process.argv.slice(2);
const total = Number(size);
const POOL = 4 * 1024 * 1024;

/** Printable characters, line ends now and then, and what terminals and programs make of lines. */
function pool() {
  const bytes = randomBytes(POOL);
  for (let at = 0; at < POOL; at += 1) {
    const dice = bytes[at];
    const odd = kind === 'line' ? undefined : { 0: 0x0d, 1: 0x00, 2: 0xff, 3: 0xc3, 4: 0x0a, 5: 0x0a }[dice];
    bytes[at] = odd ?? 0x20 + (dice % 95);
  }
  return bytes;
}

const source = pool();
const archive = diskArchive(directory);
const log = { run: 1, stage: 'build' };
const written = createHash('sha256');
let newlines = 0;
/**
 * Buffers that nobody holds any more are collected when V8 finds the time, which on a busy machine is late: what is
 * kept is the question here, so they are collected every 4 MiB.
 */
const COLLECTED = 4 * 1024 * 1024;
let uncollected = 0;
function collectAfter(bytes) {
  uncollected += bytes;
  if (uncollected < COLLECTED) return;
  uncollected = 0;
  globalThis.gc();
}

globalThis.gc();
const baseline = process.memoryUsage().rss;

let random = 1;
for (let offset = 0; offset < total; ) {
  random = (random * 48_271) % 2_147_483_647;
  const start = random % (POOL - 65_536);
  const bytes = source.subarray(start, start + Math.min(1 + (random % 65_536), total - offset));
  const stamps = [{ offset: 0, at: 1_700_000_000_000 + offset, stream: 'stdout' }];
  await archive.append({ key: { ...log, fence: 1 }, offset, bytes, stamps });
  written.update(bytes);
  for (const byte of bytes) if (byte === 0x0a) newlines += 1;
  offset += bytes.length;
  collectAfter(bytes.length);
}
await archive.close(1, 'build');

const read = createHash('sha256');
for await (const piece of archive.read(log, 0, Number.POSITIVE_INFINITY)) {
  read.update(piece);
  collectAfter(piece.length);
}
const index = await archive.index(log);
// Not resourceUsage().maxRSS: that holds what the process had before it became this program, its parent's memory.
const status = readFileSync('/proc/self/status', 'utf8');
const highest = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
process.stdout.write(
  JSON.stringify({
    written: written.digest('hex'),
    read: read.digest('hex'),
    newlines,
    index: { bytes: index.bytes, newlines: index.newlines, checkpoints: index.checkpoints.length },
    grown: highest - baseline,
  }),
);
