import path from 'node:path';
import type { Repository } from '../../pipeline/model.js';
import { CheckoutFailed, type CheckoutRequest } from '../../worker/ports.js';
import { credentialsFor, withoutCredentials } from './credentials.js';
import { type GitCommand, GitFailed, gitEnvironment, withConfig } from './git-command.js';
import { ensureMirror, fetchInto, forget, isFetched, sweepMirror, tagObject, touch } from './mirror.js';
import { createMutex, type Mutex } from './mutex.js';
import { reachOnInternet } from './reach.js';
import { realSleep, type Sleep, withTries } from './tries.js';
import { parseCloneUrl, type Wanted } from './wanted.js';

export interface GitOptions {
  /** Directory of the mirrors; absolute, and the same path on the engine's host. */
  readonly mirrors: string;
  /** The program; default `git`. */
  readonly git?: string;
  /** All that git sees of the machine's environment (PATH, https_proxy, GIT_SSL_CAINFO, …). */
  readonly environment?: Readonly<Record<string, string>>;
  /** Whether the mirror of a repository has only as much history as a job asks for, one commit at least. */
  readonly shallow?: (repository: Repository) => boolean;
  /** Objects that workspaces of earlier processes borrow: directories, as `checkout` told them. */
  readonly borrowed?: () => Promise<readonly string[]>;
  /** Clone from paths of this machine too. */
  readonly allowFile?: boolean;
  /** Between the tries of a fetch; it rejects, or resolves at once, when aborted. Default: real time. */
  readonly sleep?: Sleep;
}

/** A commit of one repository, and where it is kept. */
export interface Source {
  readonly mirror: string;
  /** Without credentials. */
  readonly url: URL;
  readonly wanted: Wanted;
}

/** @param remote with the token */
export type More = (remote: GitCommand) => Promise<void>;

/** One request's git. */
export interface Session {
  /** Without the token. */
  readonly local: GitCommand;
  /** The repository of the request. */
  readonly url: URL;
  /** The clone URL's own server: it may have the token, and may be anywhere. */
  isOwn(url: URL): boolean;
  /** The commit is in its mirror afterwards. @throws CheckoutFailed; FetchFailed when all tries failed */
  fetch(source: Source): Promise<void>;
  /**
   * Works with a commit that is in its mirror, with what `more` fetches beside it. Where its objects turn out to be
   * lost they are fetched, and `work` is done again.
   * @param work is given the object that the tag points to, or the commit
   * @throws CheckoutFailed; FetchFailed when all tries failed
   */
  withCommit<T>(source: Source, work: (tagObject: string) => Promise<T>, more?: More): Promise<T>;
}

/** Opens sessions on one directory of mirrors, in which each mirror is one session's at a time. */
export type OpenSession = (
  request: CheckoutRequest,
  signal: AbortSignal,
  log: (line: string) => void,
) => Session;

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A git that knows no token. */
export function localGit(options: GitOptions, signal: AbortSignal): GitCommand {
  const protocols = options.allowFile === true ? ['http', 'https', 'file'] : ['http', 'https'];
  const environment = gitEnvironment({ PATH: DEFAULT_PATH, ...options.environment }, protocols);
  return { git: options.git ?? 'git', environment, secrets: [], signal };
}

/** @param fetched hears of every fetch that brought something */
export function gitSessions(
  options: GitOptions,
  fetched: (mirror: string, local: GitCommand) => void,
): OpenSession {
  const locked = mirrorLocks();
  const protocols = options.allowFile === true ? ['http', 'https', 'file'] : ['http', 'https'];
  const { shallow = () => false } = options;
  const base = { PATH: DEFAULT_PATH, ...options.environment };

  return (request, signal, log) => {
    const { url: own, secrets } = withoutCredentials(parseCloneUrl(request.repository.cloneUrl));
    const local: GitCommand = { ...localGit(options, signal), secrets };
    const fetching = {
      base: `refs/heads/${request.repository.defaultBranch}`,
      depth: shallow(request.repository) ? (request.options?.depth ?? 1) : undefined,
    };
    const isOwn = (url: URL): boolean =>
      url.origin === own.origin && (own.protocol !== 'file:' || options.allowFile === true);
    // Only the fetch needs the token.
    const remoteFor = async (url: URL, token: string | undefined): Promise<GitCommand> => {
      checkProtocol(url, protocols);
      if (isOwn(url)) {
        const { config, secrets: more } = credentialsFor(own, token);
        return { ...withConfig(local, config), secrets: [...secrets, ...more] };
      }
      return request.trusted === true ? local : withConfig(local, await reachOnInternet(url, base));
    };
    // Another's host is looked at each time: what a trusted run fetched there is not everybody's.
    const isKnown = async ({ mirror, url, wanted }: Source): Promise<boolean> =>
      isOwn(url) && (await isFetched(mirror, wanted, fetching));
    /** @param find what is wanted of the mirror while it is this session's */
    const fetchOf = async <T>(source: Source, find: () => Promise<T>, more?: More): Promise<T> => {
      const { mirror, url, wanted } = source;
      let remote = await remoteFor(url, request.token);
      let tries = 0;
      const once = async (): Promise<T> => {
        tries += 1;
        // One that is no good any more looks like any other failure: git's exit code tells nothing.
        if (tries === 2 && isOwn(url)) remote = await remoteFor(url, await anotherToken(request, log));
        return await locked(mirror, async () => {
          await ensureMirror(local, mirror);
          // Who waited for another job's fetch most often waited for this very commit.
          if (!(await isKnown(source))) {
            await fetchInto(remote, mirror, url.href, wanted, fetching);
            fetched(mirror, local);
          }
          await more?.(remote);
          return await find();
        });
      };
      // Others may use the mirror between the tries: what they want may be there.
      return await withTries(once, { sleep: options.sleep ?? realSleep, signal, log });
    };
    return {
      local,
      url: own,
      isOwn,
      async fetch(source) {
        await touch(source.mirror);
        if (!(await isKnown(source))) await fetchOf(source, async () => undefined);
      },
      async withCommit(source, work, more) {
        const { mirror, wanted } = source;
        await touch(mirror);
        const known = await isKnown(source);
        const find = (): Promise<string> => tagObject(local, mirror, wanted);
        try {
          const needsNothing = known && more === undefined;
          return await work(needsNothing ? await find() : await fetchOf(source, find, more));
        } catch (error) {
          if (!known || !(error instanceof GitFailed)) throw error;
          log(`${error.message}\nfetching it again`);
          await forget(mirror, wanted);
          return await work(await fetchOf(source, find, more));
        }
      },
    };
  };
}

async function anotherToken(
  { token, renewToken }: CheckoutRequest,
  log: (line: string) => void,
): Promise<string | undefined> {
  if (token === undefined || renewToken === undefined) return token;
  try {
    return (await renewToken(token)) ?? token;
  } catch (error) {
    log(`no other token: ${error instanceof Error ? error.message : String(error)}`);
    return token;
  }
}

/** One piece of work in a mirror at a time; before the first, what a killed process left goes. */
function mirrorLocks(): <T>(mirror: string, work: () => Promise<T>) => Promise<T> {
  const mutexes = new Map<string, Mutex>();
  const swept = new Set<string>();
  return async (mirror, work) => {
    const key = path.resolve(mirror);
    const mutex = mutexes.get(key) ?? createMutex();
    mutexes.set(key, mutex);
    return await mutex(async () => {
      if (!swept.has(key)) await sweepMirror(key);
      swept.add(key);
      return await work();
    });
  };
}

function checkProtocol(url: URL, protocols: readonly string[]): void {
  const protocol = url.protocol.slice(0, -1);
  if (!protocols.includes(protocol))
    throw new CheckoutFailed(`the protocol ${protocol} of ${url.href} is not allowed; write https://`);
}
