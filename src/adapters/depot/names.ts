import path from 'node:path';

const DIGEST = /^sha256:([0-9a-f]{64})$/;

/** Where a blob lies below `root`; undefined for what is no digest: a path is made of nothing else. */
export function blobPath(root: string, digest: string): string | undefined {
  const [, hex] = DIGEST.exec(digest) ?? [];
  return hex === undefined ? undefined : path.join(root, hex.slice(0, 2), hex);
}

/** Where blobs are written before they have a name. */
export function unfinishedDirectory(root: string): string {
  return path.join(root, 'unfinished');
}

export function isBlobDirectory(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name);
}
