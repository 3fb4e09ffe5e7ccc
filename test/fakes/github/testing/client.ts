import { createSign } from 'node:crypto';
import type { FakeGitHub } from '../github.js';
import type { RepositoryName } from '../state/model.js';

export interface ApiAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed JSON, or the text when it is something else; the caller says of what form. */
  readonly body: T;
}

/** A JSON web token of the App; claims may be overridden to make it a bad one. */
export function appJwt(
  github: FakeGitHub,
  claims: Record<string, unknown> = {},
  key: string = github.privateKey,
): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iat: now - 30, exp: now + 500, iss: github.appId, ...claims })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

/** One request of the REST API. `path` is below its root, or absolute. */
export async function call<T = unknown>(
  github: FakeGitHub,
  method: string,
  path: string,
  more: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
): Promise<ApiAnswer<T>> {
  const response = await fetch(new URL(path.startsWith('/') ? `${github.apiUrl}${path}` : path), {
    method,
    headers: {
      ...(more.token === undefined ? {} : { authorization: `Bearer ${more.token}` }),
      connection: 'close',
      ...more.headers,
    },
    ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
  });
  const text = await response.text();
  const isJson =
    /json/.test(response.headers.get('content-type') ?? '') && !/raw/.test(more.headers?.['accept'] ?? '');
  const body = (isJson ? JSON.parse(text) : text) as T;
  return { status: response.status, headers: response.headers, body };
}

/** A token of the installation that covers a repository. */
export async function installationToken(
  github: FakeGitHub,
  repository: RepositoryName,
  body: object = {},
): Promise<string> {
  const { id } = github.installationOf(repository);
  const path = `/app/installations/${id}/access_tokens`;
  const answer = await call<{ token: string }>(github, 'POST', path, { token: appJwt(github), body });
  if (answer.status !== 201) throw new Error(`no token: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.token;
}
