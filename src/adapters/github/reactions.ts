import type { Reactions } from '../../handlers/ports.js';
import type { Clients } from './clients.js';
import { GitHubFailure } from './failure.js';

/**
 * https://docs.github.com/en/rest/reactions/reactions#create-reaction-for-an-issue-comment
 * Rejects with GitHubFailure.
 */
export function createReactions(clients: Clients): Reactions {
  return {
    async add({ owner, name: repo, installationId }, comment, content) {
      const octokit = clients.installation(installationId);
      const route = 'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions';
      try {
        await octokit.request(route, { owner, repo, comment_id: comment, content });
      } catch (error) {
        if (!(error instanceof GitHubFailure && isForGood(error))) throw error;
      }
    },
  };
}

/**
 * The comment is gone, its author has blocked us, the talk is locked, or we may not write there: a command is
 * worth carrying out without a reaction.
 */
function isForGood({ kind }: GitHubFailure): boolean {
  return kind === 'refused' || kind === 'forbidden';
}
