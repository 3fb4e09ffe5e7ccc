import type { Comments } from '../../handlers/ports.js';
import type { Clients } from './clients.js';
import { orGone } from './repository-history.js';

/** GitHub says of some that they are gone. */
const GONE = 410;

/** https://docs.github.com/en/rest/issues/comments#get-an-issue-comment. Rejects with GitHubFailure. */
export function createComments(clients: Clients): Comments {
  return {
    async read({ owner, name: repo, installationId }, comment) {
      const octokit = clients.installation(installationId);
      const route = 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}';
      const answer = await orGone(octokit.request(route, { owner, repo, comment_id: comment }), GONE);
      return answer && { by: answer.data.user?.login, body: answer.data.body ?? '' };
    },
  };
}
