import { issueUserToken } from '../state/credentials.js';
import type { Account, Association, Permissions, RepositoryName, Role, UserToken } from '../state/model.js';
import { actorOf, repositoryOf } from '../state/state.js';
import type { World } from '../world.js';

/** Who acts when nobody is named; an administrator everywhere. */
export const DEFAULT_USER = 'octocat';

export interface Standing {
  readonly permission?: Role;
  /** Default: what follows from the permission. */
  readonly association?: Association;
}

export interface People {
  /** Someone with an account, made at first mention. */
  user(login: string): Account;
  /** Lets someone into a repository, or changes what they may there. */
  add(repository: RepositoryName, login: string, standing: Standing): Account;
  /** Takes everything from them that they were given there. */
  remove(repository: RepositoryName, login: string): void;
  /** A fine-grained personal access token. Default: reads the metadata of all that the person sees. */
  token(login: string, limits?: TokenLimits): UserToken;
  /** The token is refused from now on. */
  revoke(token: UserToken): void;
  /** They take back the right of the App to act for them: every token that they signed in for ends. */
  revokeSignIns(login: string): void;
}

export interface TokenLimits {
  readonly permissions?: Permissions;
  /** Default: all. */
  readonly repositories?: readonly RepositoryName[];
}

export function createPeople({ state }: World): People {
  const user = (login: string): Account => actorOf(state, login);
  return {
    user,
    add: (name, login, { permission, association }) => {
      const { roles, associations } = repositoryOf(state, name);
      const key = login.toLowerCase();
      if (permission !== undefined) roles.set(key, permission);
      if (association !== undefined) associations.set(key, association);
      return user(login);
    },
    remove: (name, login) => {
      const { roles, associations } = repositoryOf(state, name);
      roles.delete(login.toLowerCase());
      associations.delete(login.toLowerCase());
    },
    token: (login, { permissions = {}, repositories } = {}) =>
      issueUserToken(state, user(login), {
        // Metadata comes with every token.
        permissions: { metadata: 'read', ...permissions },
        repositories:
          repositories === undefined
            ? undefined
            : new Set(repositories.map((name) => repositoryOf(state, name).id)),
      }),
    revoke: (token) => {
      token.revoked = true;
    },
    revokeSignIns: (login) => {
      for (const token of state.userTokens.values()) {
        if (token.refreshToken !== undefined && token.account === user(login)) token.revoked = true;
      }
    },
  };
}
