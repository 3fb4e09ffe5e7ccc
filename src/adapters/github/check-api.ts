import type { Octokit } from 'octokit';
import { type CheckApi, CheckRetry, type CheckView } from '../../checks/ports.js';
import type { Repository } from '../../pipeline/model.js';
import { asked, retryAt } from './asked.js';
import { annotationBody, annotationKey, batches, checkBody } from './check-body.js';
import type { Clients } from './clients.js';
import { GitHubFailure } from './failure.js';

const PER_PAGE = 100;

/** Checks of the app on GitHub: https://docs.github.com/en/rest/checks/runs */
export function createCheckApi(clients: Clients, appId: number): CheckApi {
  const place = ({ owner, name, installationId }: Repository) => ({
    octokit: clients.installation(installationId),
    repo: { owner, repo: name },
  });
  return {
    create: (repository, view) =>
      asked(async () => {
        const { octokit, repo } = place(repository);
        const [first = [], ...more] = batches(view.annotations);
        const { data } = await octokit.request('POST /repos/{owner}/{repo}/check-runs', {
          ...repo,
          head_sha: view.sha,
          ...checkBody(view, first),
        });
        const id = Number(data.id);
        for (const batch of more) {
          await patch(octokit, repo, id, checkBody(view, batch)).catch(halfDone);
        }
        return { id };
      }),

    update: (repository, id, view) =>
      asked(async () => {
        const { octokit, repo } = place(repository);
        for (const batch of batches(await missing(octokit, repo, id, view))) {
          await patch(octokit, repo, id, checkBody(view, batch));
        }
      }),

    find: (repository, sha, name) =>
      asked(async () => {
        const { octokit, repo } = place(repository);
        const { data } = await octokit.request('GET /repos/{owner}/{repo}/commits/{ref}/check-runs', {
          ...repo,
          ref: sha,
          check_name: name,
          app_id: appId,
          filter: 'all',
          per_page: PER_PAGE,
        });
        return data.check_runs
          .filter((run) => run.app?.id === appId)
          .map((run) => ({ id: Number(run.id), externalId: run.external_id ?? '' }))
          .toSorted((a, b) => b.id - a.id);
      }),
  };
}

interface Repo {
  readonly owner: string;
  readonly repo: string;
}

async function patch(
  octokit: Octokit,
  repo: Repo,
  id: number,
  body: ReturnType<typeof checkBody>,
): Promise<void> {
  await octokit.request('PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}', {
    ...repo,
    check_run_id: id,
    ...body,
  });
}

/** An update adds to what is there, and a lost answer leaves some there: only what is missing is sent. */
async function missing(octokit: Octokit, repo: Repo, id: number, view: CheckView) {
  if (view.annotations.length === 0) {
    return [];
  }
  const there = await octokit.paginate('GET /repos/{owner}/{repo}/check-runs/{check_run_id}/annotations', {
    ...repo,
    check_run_id: id,
    per_page: PER_PAGE,
  });
  const known = new Set(there.map(annotationKey));
  return view.annotations.filter((annotation) => !known.has(annotationKey(annotationBody(annotation))));
}

/** The check is there without all of its annotations. */
function halfDone(error: unknown): never {
  throw error instanceof GitHubFailure && error.kind !== 'refused'
    ? new CheckRetry(error.message, { ...retryAt(error), uncertain: true, cause: error })
    : error;
}
