import {
  type Level,
  type Permissions,
  type Repository,
  ROLES,
  type Role,
  type UserToken,
} from '../state/model.js';
import { covers } from '../state/state.js';
import { ApiError, notFound } from './api-error.js';
import type { Principal } from './principal.js';

/** A permission of an App and the level that an operation needs. */
export interface Need {
  readonly permission: string;
  readonly level: Level;
}

const RANK: Record<Level, number> = { read: 1, write: 2 };

export function grants(permissions: Permissions, need: Need): boolean {
  const level = permissions[need.permission];
  return level !== undefined && RANK[level] >= RANK[need.level];
}

export function roleOf(repository: Repository, login: string): Role {
  const role = repository.roles.get(login.toLowerCase());
  return role ?? (repository.private ? 'none' : 'read');
}

export const atLeast = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);

/**
 * May this principal do what an operation on a repository needs?
 * @throws ApiError 404 for what it may not even see, 403 for what it may see and not do
 */
export function authorize(principal: Principal, repository: Repository, need: Need): void {
  if (!sees(principal, repository)) throw notFound();
  if (does(principal, repository, need)) return;
  if (principal.kind === 'anonymous') throw new ApiError(401, 'Requires authentication');
  const who = principal.kind === 'user' ? 'personal access token' : 'integration';
  throw new ApiError(403, `Resource not accessible by ${who}`, {
    headers: { 'x-accepted-github-permissions': `${need.permission}=${need.level}` },
  });
}

/**
 * Does an App get by only because the repository is public? The same request fails on the next private one.
 * A repository that it is not installed on is another matter.
 */
export function lacksPermission(principal: Principal, repository: Repository, need: Need): boolean {
  if (principal.kind !== 'installation' || !inScope(principal, repository)) return false;
  return !grants(principal.token.permissions, need);
}

function sees(principal: Principal, repository: Repository): boolean {
  if (!repository.private) return true;
  switch (principal.kind) {
    case 'anonymous':
    case 'app':
      return false;
    case 'installation':
      return inScope(principal, repository);
    case 'user':
      return (
        among(principal.limits?.repositories, repository) &&
        atLeast(roleOf(repository, principal.account.login), 'read')
      );
  }
}

function does(principal: Principal, repository: Repository, need: Need): boolean {
  // Everybody reads what is public, an App outside its scope too.
  if (!repository.private && need.level === 'read') return true;
  switch (principal.kind) {
    case 'anonymous':
    case 'app':
      return false;
    case 'installation':
      return inScope(principal, repository) && grants(principal.token.permissions, need);
    case 'user':
      // Checks are written by Apps only.
      if (need.permission === 'checks' && need.level === 'write') return false;
      return (
        within(principal.limits, repository, need) &&
        atLeast(roleOf(repository, principal.account.login), need.level)
      );
  }
}

function within(limits: UserToken | undefined, repository: Repository, need: Need): boolean {
  if (limits === undefined) return true;
  return among(limits.repositories, repository) && grants(limits.permissions, need);
}

/** `undefined` is all of them. */
const among = (ids: ReadonlySet<number> | undefined, { id }: Repository): boolean =>
  ids === undefined || ids.has(id);

function inScope(principal: Principal & { kind: 'installation' }, repository: Repository): boolean {
  const { installation, repositories } = principal.token;
  return covers(installation, repository) && among(repositories, repository);
}
