import { randomBytes } from 'node:crypto';
import type { SignInCode } from '../oauth.js';
import type {
  Account,
  App,
  CheckRun,
  CheckSuite,
  Comment,
  Installation,
  InstallationToken,
  Issue,
  PullRequest,
  Repository,
  RepositoryName,
  UserToken,
} from './model.js';

/** All that this GitHub knows besides the git repositories. */
export interface State {
  readonly app: App;
  readonly accounts: Map<string, Account>;
  /** By name as it is now. */
  readonly repositories: Map<string, Repository>;
  /** By a name that it had, until another repository takes that name. */
  readonly formerNames: Map<string, Repository>;
  readonly installations: Map<number, Installation>;
  readonly tokens: Map<string, InstallationToken>;
  readonly userTokens: Map<string, UserToken>;
  /** By the code that the App is to redeem. */
  readonly signInCodes: Map<string, SignInCode>;
  /** By the code of the manifest flow. */
  readonly registrations: Map<string, Registration>;
  readonly issues: Map<number, Issue>;
  readonly pulls: Map<number, PullRequest>;
  readonly comments: Map<number, Comment>;
  readonly checkSuites: Map<number, CheckSuite>;
  readonly checkRuns: Map<number, CheckRun>;
  readonly ids: Ids;
}

/** An App that a person has confirmed and nobody has fetched yet. */
export interface Registration {
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  accept(): void;
}

/** Ids grow over all kinds, so that an id of one kind used for another finds nothing. */
export interface Ids {
  next(): number;
}

// GitHub's ids left 32 bits behind long ago; starting above them shows code that truncates.
const FIRST_ID = 5_000_000_000;

export function createIds(): Ids {
  let last = FIRST_ID;
  return {
    next: () => {
      last += 1;
      return last;
    },
  };
}

export function createState(app: App, ids: Ids): State {
  return {
    app,
    accounts: new Map([app.owner, app.bot].map((account) => [key(account.login), account])),
    repositories: new Map(),
    formerNames: new Map(),
    installations: new Map(),
    tokens: new Map(),
    userTokens: new Map(),
    signInCodes: new Map(),
    registrations: new Map(),
    issues: new Map(),
    pulls: new Map(),
    comments: new Map(),
    checkSuites: new Map(),
    checkRuns: new Map(),
    ids,
  };
}

/** GitHub's names do not tell cases apart. */
const key = (name: string): string => name.toLowerCase();

export function newAccount(ids: Ids, login: string, type: Account['type']): Account {
  return {
    // Account ids are small on GitHub and `integer` in places where others are int64.
    id: ids.next() - FIRST_ID,
    login,
    type,
    email: `${login.replaceAll(/[^a-zA-Z0-9-]/g, '')}@users.noreply.github.test`,
    token: `ghp_${randomBytes(18).toString('hex')}`,
  };
}

/** The account of that name, made with that type when there was none. */
export function accountOf(state: State, login: string, type: Account['type']): Account {
  const known = state.accounts.get(key(login));
  if (known !== undefined) return known;
  const account = newAccount(state.ids, login, type);
  state.accounts.set(key(login), account);
  return account;
}

/** Someone who does something: a bot by its name, else a person. */
export const actorOf = (state: State, login: string): Account =>
  accountOf(state, login, login.endsWith('[bot]') ? 'Bot' : 'User');

export function findAccount(state: State, login: string): Account | undefined {
  return state.accounts.get(key(login));
}

export function addRepository(state: State, repository: Repository): void {
  state.formerNames.delete(key(repository.fullName));
  state.repositories.set(key(repository.fullName), repository);
}

/** Gives a repository another name or owner; the old name leads to it from then on. */
export function moveRepository(state: State, repository: Repository, owner: Account, name: string): void {
  const former = key(repository.fullName);
  state.repositories.delete(former);
  repository.owner = owner;
  repository.name = name;
  repository.fullName = `${owner.login}/${name}`;
  addRepository(state, repository);
  state.formerNames.set(former, repository);
}

/** Where a repository is now that had this name. */
export function findMoved(state: State, name: string): Repository | undefined {
  return state.formerNames.get(key(name));
}

export function removeRepository(state: State, repository: Repository): void {
  repository.deleted = true;
  state.repositories.delete(key(repository.fullName));
  for (const [name, moved] of state.formerNames) if (moved === repository) state.formerNames.delete(name);
}

export function findRepository(state: State, name: RepositoryName): Repository | undefined {
  return state.repositories.get(key(typeof name === 'string' ? name : name.fullName));
}

/** @throws Error for a name that was not created */
export function repositoryOf(state: State, name: RepositoryName): Repository {
  const repository = findRepository(state, name);
  if (repository === undefined)
    throw new Error(`no such repository: ${typeof name === 'string' ? name : name.fullName}`);
  return repository;
}

/** The installation that covers a repository. */
export function installationFor(state: State, repository: Repository): Installation | undefined {
  return [...state.installations.values()].find((installation) => covers(installation, repository));
}

export function covers(installation: Installation, repository: Repository): boolean {
  if (repository.deleted || installation.account !== repository.owner) return false;
  return installation.repositories === undefined || installation.repositories.has(repository.id);
}

export function repositoriesOf(state: State, installation: Installation): Repository[] {
  return [...state.repositories.values()].filter((repository) => covers(installation, repository));
}
