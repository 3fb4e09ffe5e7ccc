import { readCommit, resolveCommit } from '../git/commits.js';
import { snapshotRefs } from '../git/refs.js';
import { ApiError, notFound } from '../http/api-error.js';
import { paginate } from '../http/pages.js';
import { atLeast, roleOf } from '../http/rights.js';
import { json, onRepository, type Route } from '../http/route.js';
import { findAccount } from '../state/state.js';
import { accountView, nodeId } from '../views/account.js';
import { commitView } from '../views/commit.js';
import { fullRepositoryView } from '../views/repository.js';

export const repositoryRoutes: readonly Route[] = [
  onRepository('repos/get', 'metadata:read', ({ world, repository, principal }) => {
    const role = principal.kind === 'user' ? roleOf(repository, principal.account.login) : 'read';
    return json(fullRepositoryView(world.urls, repository, role));
  }),

  onRepository('repos/list-branches', 'contents:read', async ({ world, repository, url }) => {
    const page = paginate([...(await snapshotRefs(repository.directory, 'refs/heads'))], url);
    const base = `${world.urls.api}/repos/${repository.fullName}`;
    const branches = page.items.map(([ref, sha]) => ({
      name: ref.replace('refs/heads/', ''),
      commit: { sha, url: `${base}/commits/${sha}` },
      protected: false,
    }));
    return json(branches, page.headers);
  }),

  onRepository('repos/get-branch', 'contents:read', async ({ world, repository, parameters }) => {
    const { branch = '' } = parameters;
    const sha = await resolveCommit(repository.directory, `refs/heads/${branch}`);
    const commit = sha === undefined ? undefined : await readCommit(repository.directory, sha);
    if (commit === undefined) throw new ApiError(404, 'Branch not found');
    const self = `${world.urls.api}/repos/${repository.fullName}/branches/${branch}`;
    return json({
      name: branch,
      commit: commitView(world.urls, repository, commit),
      _links: { self, html: `${world.urls.web}/${repository.fullName}/tree/${branch}` },
      protected: false,
      protection: { enabled: false },
      protection_url: `${self}/protection`,
    });
  }),

  onRepository('repos/list-tags', 'contents:read', async ({ world, repository, url }) => {
    const names = [...(await snapshotRefs(repository.directory, 'refs/tags')).keys()].toReversed();
    const page = paginate(names, url);
    const base = `${world.urls.api}/repos/${repository.fullName}`;
    const tags = page.items.map(async (ref) => {
      const name = ref.replace('refs/tags/', '');
      const sha = await resolveCommit(repository.directory, ref);
      return {
        name,
        commit: { sha, url: `${base}/commits/${sha}` },
        zipball_url: `${base}/zipball/${ref}`,
        tarball_url: `${base}/tarball/${ref}`,
        node_id: nodeId('REF', repository.id),
      };
    });
    return json(await Promise.all(tags), page.headers);
  }),

  onRepository(
    'repos/get-collaborator-permission-level',
    'metadata:read',
    ({ world, repository, parameters, principal }) => {
      // Also of a public repository it is not for everybody.
      if (principal.kind === 'anonymous') throw new ApiError(401, 'Requires authentication');
      if (principal.kind === 'user' && !atLeast(roleOf(repository, principal.account.login), 'write'))
        throw new ApiError(403, 'Must have push access to view collaborator permission.');
      const account = findAccount(world.state, parameters['username'] ?? '');
      if (account === undefined) throw notFound();
      const role = roleOf(repository, account.login);
      // The old word `permission` knows four levels only.
      const permission = role === 'maintain' ? 'write' : role === 'triage' ? 'read' : role;
      return json({
        permission,
        role_name: role,
        user: { ...accountView(world.urls, account), role_name: role },
      });
    },
  ),
];
