import type { Account, Installation, InstallationToken, Repository } from '../state/model.js';
import type { World } from '../world.js';
import type { Principal } from './principal.js';
import type { Need } from './rights.js';

/** A request of the REST API, authenticated, and valid by GitHub's description. */
export interface Call {
  readonly world: World;
  readonly principal: Principal;
  readonly method: string;
  /** Absolute, with the query. */
  readonly url: URL;
  readonly parameters: Readonly<Record<string, string>>;
  /** Of a shape that the description allows. */
  readonly body: unknown;
  readonly accept: string;
}

export interface Answer {
  readonly status: number;
  /** JSON. */
  readonly body?: unknown;
  /** Instead of JSON. */
  readonly raw?: { readonly type: string; readonly content: Buffer };
  readonly headers?: Readonly<Record<string, string>>;
}

type Handler<T> = (call: T) => Answer | Promise<Answer>;

export interface InstallationCall extends Call {
  readonly token: InstallationToken;
  readonly installation: Installation;
}

export interface UserCall extends Call {
  readonly account: Account;
}

export interface RepositoryCall extends Call {
  readonly repository: Repository;
}

/** What answers one operation, by who may ask. */
export type Route =
  | { readonly as: 'anyone'; readonly operation: string; readonly handle: Handler<Call> }
  | { readonly as: 'app'; readonly operation: string; readonly handle: Handler<Call> }
  | { readonly as: 'user'; readonly operation: string; readonly handle: Handler<UserCall> }
  | { readonly as: 'installation'; readonly operation: string; readonly handle: Handler<InstallationCall> }
  | {
      readonly as: 'repository';
      readonly operation: string;
      readonly need: Need;
      readonly handle: Handler<RepositoryCall>;
    };

export const anyone = (operation: string, handle: Handler<Call>): Route => ({
  as: 'anyone',
  operation,
  handle,
});

/** Only with the App's JSON web token. */
export const asApp = (operation: string, handle: Handler<Call>): Route => ({ as: 'app', operation, handle });

/** Only with an installation's token. */
export const asInstallation = (operation: string, handle: Handler<InstallationCall>): Route => ({
  as: 'installation',
  operation,
  handle,
});

/** Only with a person's token. */
export const asUser = (operation: string, handle: Handler<UserCall>): Route => ({
  as: 'user',
  operation,
  handle,
});

/** On the repository of the path, for those who have the right: `'checks:write'`. */
export function onRepository(
  operation: string,
  need: `${string}:${Need['level']}`,
  handle: Handler<RepositoryCall>,
): Route {
  const [permission, level] = need.split(':') as [string, Need['level']];
  return { as: 'repository', operation, need: { permission, level }, handle };
}

export const json = (body: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status: 200,
  body,
  headers,
});
export const created = (body: unknown): Answer => ({ status: 201, body });
