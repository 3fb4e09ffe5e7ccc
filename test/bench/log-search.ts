import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';

import { logArchive } from '../../src/composition/log-archive.js';
import { findTroubles } from '../../src/logs/find-trouble.js';
import type { LogArchive, LogId } from '../../src/logs/ports.js';
import { searchLog } from '../../src/logs/search.js';
import { summaryOf, timed } from './measure.js';
import type { Row } from './report.js';

const LINES = 1_000_000;
const LOG: LogId = { run: 1, stage: 'test' };
/** Bytes that a worker sends at once. */
const SEGMENT = 64 * 1024;
const TIMES = 7;
const LOGS = { days: 1, bytes: 1e9, s3: undefined };

/** A search and the map of errors over a long log that is packed, beside `grep` over the same bytes in a plain file. */
export async function logRows(): Promise<readonly Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'bench-log-'));
  try {
    const log = longLog(LINES);
    const file = join(directory, 'raw.log');
    writeFileSync(file, log);
    const archive = logArchive(join(directory, 'logs'), LOGS, pino({ level: 'silent' }));
    await keep(archive, log);
    return [
      await row(`find "timeout" in ${LINES} lines`, grep(file, '-i', '-F', 'timeout'), () =>
        search(archive, 'timeout'),
      ),
      await row(`find "e" in ${LINES} lines`, grep(file, '-i', '-F', 'e'), () => search(archive, 'e')),
      await row(
        `errors of ${LINES} lines`,
        grep(file, '-i', '-E', 'error|fail|fatal|panic|exception'),
        async () => (await findTroubles(archive, LOG)).count,
      ),
    ];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

interface Reference {
  readonly name: string;
  readonly run: () => void;
}

function grep(file: string, ...options: readonly string[]): Reference {
  return {
    name: `grep -c ${options.join(' ')}`,
    run: () => void execFileSync('grep', ['-c', ...options, file]),
  };
}

async function row(name: string, reference: Reference, work: () => Promise<number>): Promise<Row> {
  const [ours, theirs]: [number[], number[]] = [[], []];
  let found = 0;
  for (let time = 0; time < TIMES; time += 1) {
    const from = performance.now();
    found = await work();
    ours.push(performance.now() - from);
    theirs.push(timed(reference.run));
  }
  return {
    name,
    ours: summaryOf(ours),
    reference: { name: reference.name, sample: summaryOf(theirs) },
    goal: { of: 'max', atMost: 300 },
    note: `${found} lines`,
  };
}

async function search(archive: LogArchive, text: string): Promise<number> {
  let count = 0;
  for await (const found of searchLog(archive, LOG, { text, isCaseSensitive: false })) count = found.count;
  return count;
}

async function keep(archive: LogArchive, log: Buffer): Promise<void> {
  for (let offset = 0; offset < log.length; offset += SEGMENT) {
    const bytes = log.subarray(offset, offset + SEGMENT);
    await archive.append({ key: { ...LOG, fence: 1 }, offset, bytes });
  }
  await archive.close(LOG.run, LOG.stage);
}

/** What builds and servers print, about 80 bytes a line. */
function longLog(lines: number): Buffer {
  const words = [
    'compile',
    'src/server/routes.ts',
    'GET',
    '/api/users',
    '200',
    'cache',
    'hit',
    'loaded',
    'module',
    'ok',
  ];
  let seed = 1;
  const next = (below: number): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % below;
  };
  const all = Array.from({ length: lines }, (_, line) => {
    const time = `12:${String(Math.floor(line / 60_000) % 60).padStart(2, '0')}:${String(line % 60_000).padStart(5, '0')}`;
    const text = Array.from({ length: 8 }, () => words[next(words.length)]).join(' ');
    return `${time} [${next(90_000) + 10_000}] ${text}${line % 1009 === 0 ? ' error: Timeout' : ''}\n`;
  });
  return Buffer.from(all.join(''));
}
