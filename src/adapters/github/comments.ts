import { CheckRefused, type CommentApi, CommentGone } from '../../checks/ports.js';
import type { Repository } from '../../pipeline/model.js';
import { asked } from './asked.js';
import type { Clients } from './clients.js';
import { GitHubFailure } from './failure.js';

const PER_PAGE = 100;

/** Comments of the App on pull requests: https://docs.github.com/en/rest/issues/comments */
export function createCommentApi(clients: Clients, appId: number): CommentApi {
  const place = ({ owner, name, installationId }: Repository) => ({
    octokit: clients.installation(installationId),
    repo: { owner, repo: name },
  });
  return {
    create: (repository, pull, body) =>
      asked(async () => {
        const { octokit, repo } = place(repository);
        const what = { ...repo, issue_number: pull, body };
        const request = octokit.request('POST /repos/{owner}/{repo}/issues/{issue_number}/comments', what);
        const { data } = await request.catch(notAllowed);
        return { id: Number(data.id) };
      }),

    update: (repository, id, body) =>
      asked(async () => {
        const { octokit, repo } = place(repository);
        const what = { ...repo, comment_id: id, body };
        const request = octokit.request('PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}', what);
        await request.catch(gone).catch(notAllowed);
      }),

    find: (repository, pull, marker) =>
      asked(async () => {
        const { octokit, repo } = place(repository);
        const what = { ...repo, issue_number: pull, per_page: PER_PAGE };
        const all = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
        for await (const { data } of octokit.paginate.iterator(all, what)) {
          const ours = data.find(
            ({ body, performed_via_github_app: app }) =>
              app?.id === appId && body?.startsWith(marker) === true,
          );
          if (ours !== undefined) return ours.id;
        }
        return undefined;
      }),
  };
}

function gone(error: unknown): never {
  const isGone = error instanceof GitHubFailure && (error.status === 404 || error.status === 410);
  throw isGone ? new CommentGone(error.message, { cause: error }) : error;
}

/** A conversation that was locked, or a permission not granted: for a comment that is reason enough to be silent. */
function notAllowed(error: unknown): never {
  const isForbidden = error instanceof GitHubFailure && error.kind === 'forbidden';
  throw isForbidden ? new CheckRefused(error.message, { cause: error }) : error;
}
