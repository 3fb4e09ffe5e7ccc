import type { Permissions } from '../../handlers/ports.js';
import type { People } from '../../web/ports.js';
import type { Clients } from './clients.js';
import { GitHubFailure } from './failure.js';
import { orGone } from './repository-history.js';

/** Roles that let somebody push. https://docs.github.com/en/organizations/managing-user-access-to-your-organizations-repositories */
const WRITERS = ['admin', 'maintain', 'write'];

/** Rejects with GitHubFailure, which holds no token. */
export function createPeople(clients: Clients, permissions: Permissions): People {
  const sees: People['sees'] = async (token, { id, owner, name: repo }) => {
    try {
      const what = { owner, repo };
      const seen = await orGone(clients.person(token).request('GET /repos/{owner}/{repo}', what));
      // The name may have passed to another repository since we heard of it.
      return Number(seen?.data.id) === id ? 'yes' : 'no';
    } catch (error) {
      if (error instanceof GitHubFailure && error.kind === 'unauthorized') return 'token_refused';
      throw error;
    }
  };
  return {
    async whose(token) {
      try {
        const { data } = await clients.person(token).request('GET /user');
        return data.login;
      } catch (error) {
        // 403: a token of an App's installation, which is nobody.
        const kind = error instanceof GitHubFailure ? error.kind : undefined;
        if (kind === 'unauthorized' || kind === 'forbidden') return undefined;
        throw error;
      }
    },
    sees,
    async standing(token, login, repository) {
      const role = await permissions.of(repository, login);
      if (role === 'none') return 'none';
      // A token may be for other repositories only: then a private one is not there for it.
      if (repository.private && (await sees(token, repository)) !== 'yes') return 'none';
      return WRITERS.includes(role) ? 'write' : 'read';
    },
    async repository(owner, repo) {
      const what = { owner, repo };
      const route = 'GET /repos/{owner}/{repo}/installation';
      const installation = await orGone(clients.app().request(route, what));
      if (installation === undefined) return undefined;
      const installationId = installation.data.id;
      const octokit = clients.installation(installationId);
      const answer = await orGone(octokit.request('GET /repos/{owner}/{repo}', what));
      return (
        answer && {
          id: Number(answer.data.id),
          owner: answer.data.owner.login,
          name: answer.data.name,
          private: answer.data.private,
          cloneUrl: answer.data.clone_url,
          htmlUrl: answer.data.html_url,
          defaultBranch: answer.data.default_branch,
          installationId,
        }
      );
    },
  };
}
