import type { Permissions, Role } from '../../handlers/ports.js';
import type { Clients } from './clients.js';
import { orGone } from './repository-history.js';

/** GitHub's own roles behind the four of old. A role that an organisation made counts as what it gives at least. */
const FINER: Readonly<Record<string, Readonly<Record<string, Role>>>> = {
  admin: {},
  write: { maintain: 'maintain' },
  read: { triage: 'triage' },
};

/**
 * https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
 * Rejects with GitHubFailure.
 */
export function createPermissions(clients: Clients): Permissions {
  return {
    async of({ owner, name: repo, installationId }, username) {
      const octokit = clients.installation(installationId);
      const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission';
      // Not there: the account or the repository is gone.
      const answer = await orGone(octokit.request(route, { owner, repo, username }));
      return answer === undefined ? 'none' : roleOf(answer.data.permission, answer.data.role_name);
    },
  };
}

function roleOf(permission: string, roleName: string): Role {
  const finer = Object.hasOwn(FINER, permission) ? FINER[permission] : undefined;
  if (finer === undefined) return 'none';
  return (Object.hasOwn(finer, roleName) ? finer[roleName] : undefined) ?? (permission as Role);
}
