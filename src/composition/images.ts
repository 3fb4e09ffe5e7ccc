import type { StatsFs } from 'node:fs';
import { statfs } from 'node:fs/promises';
import type { DockerEngine } from '../adapters/docker/engine.js';
import type { Settings } from '../settings.js';
import { createImageBounds, type ImageBounds } from '../worker/image-bounds.js';
import { type OpenImageLedger, openImageLedger } from '../worker/image-ledger.js';
import { entriesOf } from '../worker/kept-entries.js';
import type { EngineInfo } from '../worker/ports.js';
import type { Logger } from '../worker/worker-deps.js';
import { systemClock } from './clock.js';
import type { DataDir } from './data-dir.js';

export function openLedger(dataDir: DataDir, logger: Logger): Promise<OpenImageLedger> {
  return openImageLedger(dataDir.images, { now: systemClock.now, logger });
}

export interface BoundImages {
  readonly engine: Pick<DockerEngine, 'stored'>;
  readonly info: EngineInfo;
  readonly ledger: OpenImageLedger;
  readonly settings: Pick<Settings, 'images'>;
  readonly dataDir: DataDir;
  readonly logger: Logger;
}

export function boundImages({ engine, info, ledger, settings, dataDir, logger }: BoundImages): ImageBounds {
  return createImageBounds({
    store: engine.stored,
    ledger,
    limit: settings.images.bytes ?? Number.POSITIVE_INFINITY,
    disk: async () => {
      const { bavail, blocks, bsize } = await engineDisk(info.dataRoot, dataDir.root);
      return { free: bavail * bsize, size: blocks * bsize };
    },
    needed: async () => (await entriesOf(dataDir.workspaces)).flatMap(({ mark }) => mark?.shell ?? []),
    logger,
  });
}

/** In a container only the data directory is at the engine's path, and is then the engine's disk as a rule. */
async function engineDisk(dataRoot: string | undefined, dataDir: string): Promise<StatsFs> {
  if (dataRoot === undefined) return await statfs(dataDir);
  return await statfs(dataRoot).catch(() => statfs(dataDir));
}
