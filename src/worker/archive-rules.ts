import path from 'node:path';

/** What an archive from a container may bring. Someone else's program made it. */
export interface ArchiveLimits {
  readonly bytes: number;
  readonly entries: number;
}

export const OUTPUT_LIMITS: ArchiveLimits = { bytes: 8 * 1024 ** 3, entries: 200_000 };

/** Of artifacts and caches: the dependencies of a large project are more files than its outputs. */
export const KEPT_LIMITS: ArchiveLimits = { bytes: 8 * 1024 ** 3, entries: 1_000_000 };

/** An archive that must not be unpacked, with the reason for people. */
export class ArchiveRefused extends Error {
  override readonly name = 'ArchiveRefused';
}

export interface EntryHead {
  readonly name: string;
  readonly type: string;
  readonly size: number;
  readonly linkname?: string | null | undefined;
}

export type AcceptedEntry =
  | { readonly kind: 'directory' | 'file'; readonly path: string }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string }
  /** `source` is a file that came before. */
  | { readonly kind: 'copy'; readonly path: string; readonly source: string };

/** Judges the entries of one archive in their order; all must stand under `top`, if it is given. */
export function createArchiveRules(
  top: string | undefined,
  limits: ArchiveLimits,
): (entry: EntryHead) => AcceptedEntry {
  const seen = new Map<string, { readonly kind: 'directory' | 'file' | 'symlink'; readonly size: number }>();
  let bytes = 0;
  let entries = 0;

  const count = (size: number): void => {
    bytes += size;
    entries += 1;
    if (entries > limits.entries) throw new ArchiveRefused(`more than ${limits.entries} files`);
    if (bytes > limits.bytes) throw new ArchiveRefused(`more than ${limits.bytes} bytes`);
  };

  return (entry) => {
    const at = cleanName(entry.name);
    const [first = '', ...rest] = at.split('/');
    if (top !== undefined && first !== top) throw new ArchiveRefused(`${entry.name} is not in ${top}`);
    // A link that came before would be followed by whoever writes here.
    let parent = first;
    for (const part of rest) {
      const kind = seen.get(parent)?.kind;
      if (kind !== undefined && kind !== 'directory')
        throw new ArchiveRefused(`${entry.name} goes through a ${kind}`);
      parent = `${parent}/${part}`;
    }
    const before = seen.get(at)?.kind;
    if (before !== undefined && !(before === 'directory' && entry.type === 'directory')) {
      throw new ArchiveRefused(`${entry.name} comes twice`);
    }
    switch (entry.type) {
      case 'directory':
        count(0);
        seen.set(at, { kind: 'directory', size: 0 });
        return { kind: 'directory', path: at };
      case 'file':
      case 'contiguous-file':
        count(entry.size);
        seen.set(at, { kind: 'file', size: entry.size });
        return { kind: 'file', path: at };
      case 'symlink':
        count(0);
        seen.set(at, { kind: 'symlink', size: 0 });
        return { kind: 'symlink', path: at, target: entry.linkname ?? '' };
      case 'link': {
        const source = cleanName(entry.linkname ?? '');
        const original = seen.get(source);
        if (original?.kind !== 'file')
          throw new ArchiveRefused(`${entry.name} is a hard link out of the archive`);
        count(original.size);
        seen.set(at, original);
        return { kind: 'copy', path: at, source };
      }
      default:
        throw new ArchiveRefused(`${entry.name} is a ${entry.type}`);
    }
  };
}

function cleanName(name: string): string {
  if (name === '' || name.includes('\0')) throw new ArchiveRefused('an entry without a usable name');
  if (name.startsWith('/')) throw new ArchiveRefused(`${name} is absolute`);
  if (name.split('/').includes('..')) throw new ArchiveRefused(`${name} leaves the archive`);
  return path.posix.normalize(name).replace(/\/$/, '');
}
