import path from 'node:path';
import { z } from 'zod';
import type { Repository } from '../../pipeline/model.js';
import { FileTooLarge, type RepositoryFiles } from '../../runs/ports.js';
import type { Clients } from './clients.js';
import { GitHubFailure } from './failure.js';

/** GitHub gives the content of larger files only in other ways, and no pipeline needs one. */
const MOST_BYTES = 1024 * 1024;

/** https://docs.github.com/en/rest/repos/contents#get-repository-content */
const FILE = z.object({
  type: z.literal('file'),
  size: z.number(),
  encoding: z.string(),
  content: z.string(),
});

/** Rejects with GitHubFailure, `readFile` with FileTooLarge too. */
export function createRepositoryFiles(clients: Clients): RepositoryFiles {
  async function look(repository: Repository, sha: string, file: string): Promise<unknown> {
    const inside = withinRepository(file);
    if (inside === undefined) {
      return undefined;
    }
    const octokit = clients.installation(repository.installationId);
    // Slashes stay: Octokit would encode those of a `{path}`.
    const encoded = inside.split('/').map(encodeURIComponent).join('/');
    try {
      const { data } = await octokit.request(`GET /repos/{owner}/{repo}/contents/${encoded}`, {
        owner: repository.owner,
        repo: repository.name,
        ref: sha,
      });
      return data;
    } catch (error) {
      // Without a token there is a 404 too, of the installation.
      if (error instanceof GitHubFailure && error.kind === 'refused' && error.status === 404) {
        return undefined;
      }
      // More than 100 MB: https://docs.github.com/en/rest/repos/contents#size-limits
      throw error instanceof GitHubFailure && error.codes.includes('too_large')
        ? new FileTooLarge(file)
        : error;
    }
  }

  return {
    async readFile(repository, sha, file) {
      const { data: found } = FILE.safeParse(await look(repository, sha, file));
      if (found === undefined) {
        return undefined;
      }
      if (found.size > MOST_BYTES || found.encoding !== 'base64') {
        throw new FileTooLarge(file);
      }
      return Buffer.from(found.content, 'base64').toString('utf8');
    },
    exists: async (repository, sha, file) => (await look(repository, sha, file)) !== undefined,
  };
}

/** A path of the file's choosing must not become a path of GitHub's API. */
function withinRepository(file: string): string | undefined {
  const normal = path.posix.normalize(file).replace(/^\/+/u, '');
  return normal === '' || normal === '.' || normal.split('/').includes('..') ? undefined : normal;
}
