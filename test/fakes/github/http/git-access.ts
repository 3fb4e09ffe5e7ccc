import type { IncomingMessage, ServerResponse } from 'node:http';
import { serveGit } from '../git/smart-http.js';
import type { Pushes } from '../pushes.js';
import type { Account, Repository } from '../state/model.js';
import { findMoved, findRepository } from '../state/state.js';
import type { World } from '../world.js';
import { ApiError, moved } from './api-error.js';
import { authenticate, type Principal } from './principal.js';
import { authorize } from './rights.js';

export interface GitPath {
  readonly repository: string;
  /** What follows the repository, such as `/info/refs`. */
  readonly path: string;
  readonly operation: 'git/upload-pack' | 'git/receive-pack';
}

/** Is it a request of git's smart protocol? The `.git` may be left out, as on GitHub. */
export function parseGitPath(url: URL): GitPath | undefined {
  const [, repository, path] =
    /^\/([^/]+\/[^/]+?)(?:\.git)?(\/(?:info\/refs|git-upload-pack|git-receive-pack))$/.exec(url.pathname) ??
    [];
  if (repository === undefined || path === undefined) return undefined;
  const service = path === '/info/refs' ? url.searchParams.get('service') : path.slice(1);
  if (service !== 'git-upload-pack' && service !== 'git-receive-pack') return undefined;
  const operation = service === 'git-upload-pack' ? 'git/upload-pack' : 'git/receive-pack';
  return { repository, path, operation };
}

/** Answers a clone, fetch or push by those who may, and announces what a push has moved. */
export async function answerGit(
  world: World,
  pushes: Pushes,
  git: GitPath,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const writes = git.operation === 'git/receive-pack';
  let access: { repository: Repository; pusher: Account; name: string | undefined };
  try {
    access = allow(world, git, request, writes);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refuseGit(response, error);
    return;
  }
  const { repository, pusher, name } = access;
  const query = queryOf(request).slice(1);
  const serve = (): Promise<void> =>
    serveGit({ directory: repository.directory, path: git.path, query, user: name }, request, response);
  if (git.path === '/git-receive-pack') await pushes(repository, pusher, serve);
  else await serve();
}

const queryOf = ({ url }: IncomingMessage): string => /\?.*$/.exec(url ?? '')?.[0] ?? '';

function allow(world: World, git: GitPath, request: IncomingMessage, writes: boolean) {
  const principal = authenticate(request.headers, world.state, world.now());
  const here = findRepository(world.state, git.repository);
  const repository = here ?? findMoved(world.state, git.repository);
  // Whether a private repository is there is said to nobody before they say who they are.
  if (principal.kind === 'anonymous' && (writes || repository?.private !== false))
    throw new ApiError(401, 'Authentication required');
  if (repository === undefined) throw new ApiError(404, 'Repository not found.');
  authorize(principal, repository, { permission: 'contents', level: writes ? 'write' : 'read' });
  if (here === undefined)
    throw moved(
      request.method ?? 'GET',
      `${world.urls.web}/${repository.fullName}.git${git.path}${queryOf(request)}`,
    );
  const pusher = principal.kind === 'user' ? principal.account : world.state.app.bot;
  return { repository, pusher, name: nameOf(principal) };
}

function nameOf(principal: Principal): string | undefined {
  switch (principal.kind) {
    case 'user':
      return principal.account.login;
    case 'installation':
      return 'x-access-token';
    case 'anonymous':
    case 'app':
      return undefined;
  }
}

export function refuseGit(response: ServerResponse, error: ApiError): void {
  if (error.status === 401) response.setHeader('www-authenticate', 'Basic realm="GitHub"');
  response
    .writeHead(error.status, { ...error.headers, 'content-type': 'text/plain' })
    .end(`${error.message}\n`);
}
