import type { IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { OpenRequest } from '../requests.js';
import type { MatchedOperation } from '../schema/operations.js';
import type { Repository } from '../state/model.js';
import { findMoved, findRepository } from '../state/state.js';
import type { World } from '../world.js';
import { ApiError, errorBody, moved, notFound, unauthorized } from './api-error.js';
import { authenticate, type Principal, quotaKey } from './principal.js';
import { authorize, lacksPermission } from './rights.js';
import type { Answer, Call, Route } from './route.js';

/** A request of the REST API, and the operation of GitHub's description that it names. */
export interface ApiRequest {
  readonly message: IncomingMessage;
  /** Absolute. */
  readonly url: URL;
  readonly matched: MatchedOperation;
  /** Answers 401 whatever the token. */
  readonly refuseToken: boolean;
  readonly seen: OpenRequest;
}

/** Carries out a request and validates it and its answer. Never throws. */
export type Api = (request: ApiRequest) => Promise<Answer>;

export function createApi(world: World, routes: readonly Route[]): Api {
  const byOperation = new Map(routes.map((route) => [route.operation, route]));
  return async (request) => {
    const { operation } = request.matched;
    const where = `${operation.method} ${operation.template}`;
    const violation = (kind: 'unknown route' | 'request' | 'response' | 'crash', problem: string): void =>
      world.violations.add({ kind, where, problem });
    const route = byOperation.get(operation.id);
    let answer: Answer;
    let key = 'anonymous';
    try {
      const principal = authenticate(request.message.headers, world.state, world.now());
      key = quotaKey(principal);
      if (operation.id !== 'rate-limit/get') world.rateLimit.spend(key);
      if (request.refuseToken) throw unauthorized();
      if (route === undefined) throw new ApiError(501, 'This stand-in does not answer this operation yet');
      answer = await run(route, await readCall(world, principal, request));
    } catch (error) {
      answer = refusal(error);
      if (route === undefined) violation('unknown route', 'not answered here yet');
      else if (!(error instanceof ApiError)) violation('crash', String(error));
      else if (error.violation) violation('request', error.message);
    }
    if (answer.raw === undefined) {
      const problem = world.validators.response(operation, answer.status, answer.body);
      if (problem !== undefined) violation('response', `${answer.status}: ${problem}`);
    }
    return { ...answer, headers: { ...world.rateLimit.headers(key), ...answer.headers } };
  };
}

async function readCall(world: World, principal: Principal, request: ApiRequest): Promise<Call> {
  const { message, url, matched } = request;
  const problem = world.validators.parameters(matched.operation, matched.parameters, url.searchParams);
  if (problem !== undefined) throw new ApiError(422, `Invalid request: ${problem}`, { violation: true });
  const body = await readBody(message);
  const { head_sha: commit } = (body ?? {}) as { readonly head_sha?: unknown };
  if (typeof commit === 'string') request.seen.commit = commit;
  // An operation whose body may be absent takes none as an empty one.
  const wrong = world.validators.body(matched.operation, body ?? {});
  if (wrong !== undefined) throw new ApiError(422, `Invalid request.\n\n${wrong}`, { violation: true });
  return {
    world,
    principal,
    method: matched.operation.method,
    url,
    parameters: matched.parameters,
    body,
    accept: message.headers.accept ?? '',
  };
}

async function readBody(message: IncomingMessage): Promise<unknown> {
  const bytes = await buffer(message);
  if (bytes.length === 0) return undefined;
  try {
    return JSON.parse(bytes.toString()) as unknown;
  } catch {
    throw new ApiError(400, 'Problems parsing JSON', { violation: true });
  }
}

async function run(route: Route, call: Call): Promise<Answer> {
  const { principal, parameters } = call;
  switch (route.as) {
    case 'anyone':
      return route.handle(call);
    case 'app':
      if (principal.kind !== 'app') throw unauthorized('A JSON web token could not be decoded');
      return route.handle(call);
    case 'user':
      if (principal.kind === 'anonymous') throw unauthorized('Requires authentication');
      if (principal.kind !== 'user') throw new ApiError(403, 'Resource not accessible by integration');
      return route.handle({ ...call, account: principal.account });
    case 'installation':
      if (principal.kind !== 'installation')
        throw new ApiError(403, 'You must authenticate with an installation access token.');
      return route.handle({ ...call, token: principal.token, installation: principal.token.installation });
    case 'repository': {
      // A web token names the App and nothing that it may do in a repository.
      if (principal.kind === 'app') throw unauthorized();
      const name = `${parameters['owner']}/${parameters['repo']}`;
      const here = findRepository(call.world.state, name);
      const repository = here ?? findMoved(call.world.state, name);
      if (repository === undefined) throw notFound();
      authorize(principal, repository, route.need);
      if (lacksPermission(principal, repository, route.need)) blame(call, route);
      if (here === undefined) throw moved(call.method, byId(call, repository));
      return route.handle({ ...call, repository });
    }
  }
}

function blame({ world, method, url }: Call, { need }: Route & { as: 'repository' }): void {
  const problem = `without ${need.permission}:${need.level} only a public repository answers`;
  world.violations.add({ kind: 'request', where: `${method} ${url.pathname}`, problem });
}

/** The same address with the repository's id for its name. */
function byId({ world: { urls }, url }: Call, { id }: Repository): string {
  const [, rest = ''] = /\/repos\/[^/]+\/[^/]+(.*)$/.exec(url.pathname + url.search) ?? [];
  return `${urls.api}/repositories/${id}${rest}`;
}

function refusal(error: unknown): Answer {
  const known = error instanceof ApiError ? error : new ApiError(500, 'Server Error');
  return { status: known.status, body: errorBody(known), headers: known.headers };
}
