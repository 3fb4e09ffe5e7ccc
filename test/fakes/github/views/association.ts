import type { Account, Association, Repository } from '../state/model.js';

/**
 * What someone is to a repository, as far as is known of them: said outright, or by their role.
 * A stranger's pull request is of a first-time contributor; a stranger's comment is of nobody.
 */
export function association(
  repository: Repository,
  { login }: Account,
  wrote: 'pull request' | 'comment',
): Association {
  if (repository.owner.login === login) return 'OWNER';
  const name = login.toLowerCase();
  const known =
    repository.associations.get(name) ?? (repository.roles.has(name) ? 'COLLABORATOR' : undefined);
  return known ?? (wrote === 'pull request' ? 'FIRST_TIME_CONTRIBUTOR' : 'NONE');
}
