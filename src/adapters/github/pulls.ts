import type { PullRequest, PullRequests } from '../../runs/ports.js';
import type { Clients } from './clients.js';
import { orGone } from './repository-history.js';

/** As much of GitHub's answer as is asked for here; lists and single ones have it alike. */
interface Answer {
  readonly number: number;
  readonly state: string;
  readonly draft?: boolean | undefined;
  readonly title: string;
  readonly author_association: string;
  readonly user: { readonly login: string } | null;
  readonly head: {
    readonly sha: string;
    readonly ref: string;
    readonly repo?: { readonly id: number | bigint } | null;
  };
  readonly base: { readonly ref: string; readonly repo: { readonly id: number | bigint } };
}

/** An installation that has not accepted the right to read them: its branches are tested by their pushes. */
const NO_RIGHT = 403;

/** Pull requests: https://docs.github.com/en/rest/pulls/pulls. Rejects with GitHubFailure. */
export function createPullRequests(clients: Clients): PullRequests {
  return {
    async openFor({ owner, name: repo, installationId }, branch) {
      const octokit = clients.installation(installationId);
      const head = `${owner}:${branch}`;
      const what = { owner, repo, head, state: 'open' as const, per_page: 10 };
      const answer = await orGone(octokit.request('GET /repos/{owner}/{repo}/pulls', what), NO_RIGHT);
      // An organisation may have a fork of its own repository: its heads bear the same owner.
      return answer?.data.map(toPull).find(({ fork }) => !fork);
    },
    async get({ owner, name: repo, installationId }, number) {
      const octokit = clients.installation(installationId);
      const what = { owner, repo, pull_number: number };
      const answer = await orGone(octokit.request('GET /repos/{owner}/{repo}/pulls/{pull_number}', what));
      return answer && toPull(answer.data);
    },
  };
}

function toPull({
  number,
  state,
  draft,
  title,
  author_association: association,
  user,
  head,
  base,
}: Answer): PullRequest {
  return {
    number,
    state: state === 'open' ? 'open' : 'closed',
    draft: draft === true,
    sha: head.sha,
    headRef: head.ref,
    base: base.ref,
    // No repository: the fork was deleted.
    fork: head.repo?.id !== base.repo.id,
    title,
    author: user?.login ?? 'ghost',
    association,
  };
}
