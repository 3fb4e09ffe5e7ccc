import { apiRun } from './api-run.js';
import type { ApiRepository } from './api-shapes.js';
import type { Addresses } from './links.js';
import type { RepositoryView } from './ports.js';

export function apiRepository(
  { repository, lastRun, successRate }: RepositoryView,
  addresses: Addresses,
): ApiRepository {
  const url = addresses.apiRepository(repository);
  return {
    id: repository.id,
    full_name: `${repository.owner}/${repository.name}`,
    private: repository.private,
    default_branch: repository.defaultBranch,
    html_url: repository.htmlUrl,
    url,
    runs_url: `${url}/runs`,
    last_run: lastRun === undefined ? null : apiRun(lastRun, addresses),
    success_rate: successRate ?? null,
  };
}
