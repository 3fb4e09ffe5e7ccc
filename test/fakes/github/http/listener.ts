import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault, FaultSource } from '../faults.js';
import { answerSignIn, isSignIn } from '../oauth.js';
import { page } from '../page.js';
import type { Pushes } from '../pushes.js';
import { isRegistration, register } from '../registration.js';
import { createMatcher, type MatchedOperation } from '../schema/operations.js';
import { API_PATH } from '../urls.js';
import type { World } from '../world.js';
import type { Api } from './api.js';
import { ApiError, errorBody, notFound } from './api-error.js';
import { answerGit, parseGitPath, refuseGit } from './git-access.js';
import type { Answer } from './route.js';

interface Parts {
  readonly world: World;
  readonly faults: FaultSource;
  readonly api: Api;
  readonly pushes: Pushes;
}

/** Sends each request to the API, git or the pages, through the faults that wait for it. */
export function createListener(parts: Parts): RequestListener {
  const { world, faults } = parts;
  const match = createMatcher(world.validators.operations);
  return (request, response) => {
    const url = new URL(request.url ?? '/', world.urls.web);
    response.setHeader('x-github-request-id', randomUUID().toUpperCase());
    answer(request, response, url).catch((error: unknown) => {
      world.violations.add({
        kind: 'crash',
        where: `${request.method} ${url.pathname}`,
        problem: String(error),
      });
      response.destroy();
    });
  };

  async function answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    const git = parseGitPath(url);
    const path = apiPath(world, url);
    const matched = path === undefined ? undefined : match(request.method ?? 'GET', path);
    const operation = git?.operation ?? matched?.operation.id ?? 'page';
    const asked = { operation, path: url.pathname + url.search };
    const seen = world.requests.begin({ ...asked, method: request.method ?? 'GET' });
    seen.commit = matched === undefined ? undefined : commitOf(world, matched);
    const fault = faults.take(asked);
    if (fault?.kind === 'broken') {
      seen.status = 0;
      response.destroy();
      return;
    }
    const send = (result: Answer): void => {
      seen.status = result.status;
      sendAnswer(response, result);
    };
    if (fault?.kind === 'latency') await sleep(fault.ms);
    const instead = fault === undefined ? undefined : faultAnswer(world, fault);
    if (instead !== undefined) return send(instead);
    if (git !== undefined && fault?.kind === 'unauthorized')
      return refuseGit(response, new ApiError(401, 'Authentication required'));
    if (git !== undefined) return answerGit(world, parts.pushes, git, request, response);
    if (isSignIn(url.pathname)) {
      const form = request.method === 'POST' ? await text(request) : '';
      return send(answerSignIn(world, request.method, url, form));
    }
    if (isRegistration(request.method, url.pathname))
      return send(register(world, await text(request), url.searchParams.get('state')));
    if (path === undefined) return send(page(world, url.pathname));
    if (matched === undefined) {
      world.violations.add({
        kind: 'unknown route',
        where: `${request.method} ${path}`,
        problem: 'GitHub has no such route',
      });
      return send({ status: 404, body: errorBody(notFound()) });
    }
    const refuseToken = fault?.kind === 'unauthorized';
    const result = await parts.api({ message: request, url, matched, refuseToken, seen });
    if (fault?.kind === 'lost') {
      seen.status = 0;
      response.destroy();
    } else send(result);
  }
}

/** The commit that a path names, itself or by one of its check runs. */
function commitOf({ state }: World, { parameters }: MatchedOperation): string | undefined {
  const run = state.checkRuns.get(Number(parameters['check_run_id']));
  return run?.headSha ?? parameters['commit_sha'] ?? parameters['ref'];
}

/** The path below the API's root, still encoded, with a repository's name where its id may stand. */
function apiPath({ state }: World, url: URL): string | undefined {
  if (!url.pathname.startsWith(`${API_PATH}/`)) return undefined;
  return url.pathname.slice(API_PATH.length).replace(/^\/repositories\/(\d+)/, (path, id) => {
    const repository = [...state.repositories.values()].find((each) => each.id === Number(id));
    return repository === undefined ? path : `/repos/${repository.fullName}`;
  });
}

/** What a fault answers in place of GitHub; `undefined` when the request is carried out nevertheless. */
function faultAnswer(world: World, fault: Fault): Answer | undefined {
  switch (fault.kind) {
    case 'status':
      return {
        status: fault.status,
        raw: { type: 'text/html', content: Buffer.from('<html><body><h1>Unicorn!</h1></body></html>') },
      };
    case 'secondary': {
      const status = fault.status ?? 403;
      return {
        status,
        body: errorBody(
          new ApiError(
            status,
            'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.',
          ),
        ),
        headers: { 'retry-after': String(fault.retryAfterSeconds) },
      };
    }
    case 'exhausted':
      // The limit itself refuses from now on, until its reset.
      world.rateLimit.set({ remaining: 0, resetAt: world.now() + fault.resetInSeconds * 1000 });
      return undefined;
    case 'lost':
    case 'broken':
    case 'unauthorized':
    case 'latency':
      return undefined;
  }
}

function sendAnswer(response: ServerResponse, { status, body, raw, headers = {} }: Answer): void {
  const content = raw?.content ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)));
  response.writeHead(status, {
    ...headers,
    ...(content === undefined
      ? {}
      : { 'content-type': raw?.type ?? 'application/json; charset=utf-8', 'content-length': content.length }),
  });
  response.end(content);
}
