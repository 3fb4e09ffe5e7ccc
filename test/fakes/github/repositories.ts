import { join } from 'node:path';
import { DEFAULT_USER } from './drive/people.js';
import { createBareRepository, type FileContent, writeCommit } from './git/bare.js';
import { git } from './git/git.js';
import { createInstallation, installationOn, select } from './installations.js';
import type { Installation, Repository, RepositoryName } from './state/model.js';
import { accountOf, addRepository, findRepository, installationFor, repositoryOf } from './state/state.js';
import type { World } from './world.js';

export interface NewRepository {
  readonly owner: string;
  readonly name: string;
  /** Default Organization. */
  readonly ownerType?: 'User' | 'Organization';
  readonly private?: boolean;
  readonly defaultBranch?: string;
  /** The first commit's files. Absent: an empty repository. */
  readonly files?: Readonly<Record<string, FileContent>>;
  /** Install the App on it. Default true. */
  readonly installed?: boolean;
}

export interface Repositories {
  /** No webhook tells of it. @throws Error when the name is taken or cannot be a name */
  create(repository: NewRepository): Promise<Repository>;
  /** A copy under a person's name, without the App. */
  fork(repository: RepositoryName, login: string): Promise<Repository>;
  /** @throws Error when the App is not installed there */
  installationOf(repository: RepositoryName): Installation;
}

export function createRepositories(world: World, dataDir: string): Repositories {
  const create = async (wanted: NewRepository, forkOf?: Repository): Promise<Repository> => {
    const { owner: login, name, defaultBranch = 'main' } = wanted;
    const fullName = `${login}/${name}`;
    if (!/^[\w-]+\/[\w-][\w.-]*$/.test(fullName)) throw new Error(`not a name: ${fullName}`);
    if (findRepository(world.state, fullName) !== undefined) throw new Error(`taken: ${fullName}`);
    const owner = accountOf(world.state, login, wanted.ownerType ?? 'Organization');
    const id = world.state.ids.next();
    const repository: Repository = {
      id,
      owner,
      name,
      fullName,
      private: wanted.private ?? false,
      defaultBranch,
      // By its id: names change.
      directory: join(dataDir, 'repositories', `${id}.git`),
      createdAt: world.now(),
      pushedAt: world.now(),
      forkOf,
      nextNumber: 1,
      roles: new Map([owner.login, DEFAULT_USER].map((each) => [each.toLowerCase(), 'admin'])),
      associations: new Map(owner.type === 'Organization' ? [[DEFAULT_USER, 'MEMBER']] : []),
      deleted: false,
    };
    await createBareRepository(repository.directory, defaultBranch);
    if (wanted.files !== undefined)
      await writeCommit(repository.directory, {
        ref: `refs/heads/${defaultBranch}`,
        parent: undefined,
        message: 'Initial commit',
        author: { name: login, email: owner.email },
        at: world.now(),
        files: wanted.files,
      });
    addRepository(world.state, repository);
    install(world, repository, wanted.installed ?? true);
    return repository;
  };
  return {
    create: (wanted) => create(wanted),
    fork: async (name, login) => {
      const upstream = repositoryOf(world.state, name);
      const { defaultBranch, private: isPrivate } = upstream;
      const copy = await create(
        {
          owner: login,
          name: upstream.name,
          ownerType: 'User',
          private: isPrivate,
          defaultBranch,
          installed: false,
        },
        upstream,
      );
      await git(copy.directory, ['fetch', '--quiet', upstream.directory, '+refs/heads/*:refs/heads/*']);
      return copy;
    },
    installationOf: (name) => {
      const installation = installationFor(world.state, repositoryOf(world.state, name));
      if (installation === undefined) throw new Error('the App is not installed there');
      return installation;
    },
  };
}

/** The first repository of an account brings the App to all of them, until one is left out. */
function install(world: World, repository: Repository, wanted: boolean): void {
  const installation = installationOn(world, repository.owner);
  if (installation !== undefined) select(world, installation, repository, wanted);
  else if (wanted) createInstallation(world, repository.owner, undefined);
}
