import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const ROOT = 'test/scenarios';

/** The files of a scenario's folder, to be pushed as a repository. */
export async function scenario(name: string): Promise<Record<string, string>> {
  const dir = path.join(ROOT, name);
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Object.fromEntries(
    await Promise.all(
      files.map(async ({ parentPath, name: file }) => {
        const full = path.join(parentPath, file);
        return [path.relative(dir, full), await readFile(full, 'utf8')] as const;
      }),
    ),
  );
}
