import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Place } from './store-suite.js';

export async function newSqliteFile(): Promise<Place> {
  const directory = await mkdtemp(path.join(tmpdir(), 'cyclone-sql-'));
  return {
    location: path.join(directory, 'cyclone.db'),
    remove: () => rm(directory, { recursive: true }),
  };
}
