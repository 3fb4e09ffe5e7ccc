import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * A file of the project by its path from the root, also when this one runs compiled from build/.
 * @throws Error when there is no such file
 */
export function nearest(path: string): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const file = join(directory, path);
    if (statSync(file, { throwIfNoEntry: false }) !== undefined) return file;
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`${path} is missing`);
    directory = parent;
  }
}
