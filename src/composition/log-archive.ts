import { type DiskArchive, diskArchive } from '../adapters/archive/disk.js';
import { s3Objects } from '../adapters/s3/objects.js';
import type { Logger } from '../runs/ports.js';
import type { Settings } from '../settings.js';

/** Logs on this disk, and in S3 once their stages have ended where that is set. */
export function logArchive(directory: string, { s3 }: Settings['logs'], logger: Logger): DiskArchive {
  return diskArchive(directory, s3 ? { store: { objects: s3Objects(s3), logger } } : {});
}
