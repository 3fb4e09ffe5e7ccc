import { diskBlobs } from '../adapters/depot/disk.js';
import { type Database, openDatabase } from '../adapters/sql/database.js';
import { depotIndex } from '../adapters/sql/depot-index.js';
import { runStore } from '../adapters/sql/runs.js';
import { installationValue } from '../adapters/sql/secrets.js';
import { sessionStore } from '../adapters/sql/sessions.js';
import type { LogArchive } from '../logs/ports.js';
import type { BlobStore, DepotIndex, Logger, RunStore } from '../runs/ports.js';
import type { Settings } from '../settings.js';
import type { SessionStore } from '../web/ports.js';
import { systemClock } from './clock.js';
import type { DataDir } from './data-dir.js';
import { boundedBlobs } from './depot.js';
import { logArchive } from './log-archive.js';
import { tidyFilesDaily, tidyLogsDaily, tidySessionsDaily } from './tidy.js';

const DAY_MS = 24 * 3600 * 1000;

/** What a server keeps over its end: SQL, logs, files. */
export interface Stores {
  readonly db: Database;
  readonly install: string;
  readonly signingKey: Buffer;
  readonly store: RunStore;
  readonly archive: LogArchive;
  readonly blobs: BlobStore;
  readonly index: DepotIndex;
  readonly sessions: SessionStore;
  ping(): Promise<void>;
  /** Takes up the archive, and takes out daily what is too old or too much, until the signal. */
  start(closing: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

/** @throws what its adapters throw when they cannot be opened */
export async function openStores(settings: Settings, dataDir: DataDir, logger: Logger): Promise<Stores> {
  const db = await openDatabase(settings.databaseUrl ?? dataDir.database);
  const install = await installationValue(db, 'install', 6);
  const signingKey = Buffer.from(await installationValue(db, 'signing-key', 32), 'hex');
  const store = runStore(db);
  const archive = logArchive(dataDir.logs, settings.logs, logger);
  const kept = { unusedMs: settings.files.days * DAY_MS, bytes: settings.files.bytes };
  const keptLogs = { keepMs: settings.logs.days * DAY_MS, bytes: settings.logs.bytes };
  const blobs = boundedBlobs(diskBlobs(dataDir.artifacts, { now: systemClock.now }), kept, logger);
  const index = depotIndex(db);
  const sessions = sessionStore(db);
  return {
    db,
    install,
    signingKey,
    store,
    archive,
    blobs,
    index,
    sessions,
    async ping() {
      await db.selectFrom('settings').select('name').limit(1).execute();
    },
    async start(closing) {
      void tidyFilesDaily({ blobs, index, kept, clock: systemClock, logger }, closing);
      // Also where nobody can sign in any more.
      void tidySessionsDaily({ sessions, clock: systemClock, logger }, closing);
      await archive.start();
      void tidyLogsDaily({ archive, store, ...keptLogs, clock: systemClock, logger }, closing);
    },
    async close() {
      archive.stop();
      await db.destroy();
    },
  };
}
