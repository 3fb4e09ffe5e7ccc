import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Checkout, CheckoutFailed, type CheckoutRequest } from '../../worker/ports.js';
import { type GitCommand, gitEnvironment } from './git-command.js';
import { ensureMirror, fetchInto, objectsOf, sweepMirror, tagObject } from './mirror.js';
import { createMutex, type Mutex } from './mutex.js';
import { listTree } from './tree.js';
import { realSleep, type Sleep, withTries } from './tries.js';
import { mirrorPath, parseCloneUrl, type Wanted, wantedOf } from './wanted.js';
import { fillWorkspace } from './workspace-git.js';

export interface GitOptions {
  /** Directory of the mirrors; absolute, and the same path on the engine's host. */
  readonly mirrors: string;
  /** The program; default `git`. */
  readonly git?: string;
  /** All that git sees of the machine's environment (PATH, https_proxy, GIT_SSL_CAINFO, …). */
  readonly environment?: Readonly<Record<string, string>>;
  /** Clone from paths of this machine too. */
  readonly allowFile?: boolean;
  /** Between the tries of a fetch; it rejects, or resolves at once, when aborted. Default: real time. */
  readonly sleep?: Sleep;
}

const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Checks out from one bare mirror per repository. One process uses a mirrors' directory at a time. */
export function gitCheckout(options: GitOptions): Checkout {
  const mutexes = new Map<string, Mutex>();
  const swept = new Set<string>();
  const protocols = options.allowFile === true ? ['http', 'https', 'file'] : ['http', 'https'];
  const mirrors = path.resolve(options.mirrors);

  const locked = async <T>(mirror: string, work: () => Promise<T>): Promise<T> => {
    const mutex = mutexes.get(mirror) ?? createMutex();
    mutexes.set(mirror, mutex);
    return await mutex(work);
  };

  /** The commit is in the mirror afterwards. */
  const fetched = async (
    request: CheckoutRequest,
    signal: AbortSignal,
    log: (line: string) => void,
  ): Promise<Fetched> => {
    const wanted = wantedOf(request.trigger);
    const url = parseCloneUrl(request.repository.cloneUrl);
    checkProtocol(url, protocols);
    const { plain, secrets, config } = credentials(url, request);
    const mirror = mirrorPath(mirrors, request.repository);
    const base = { PATH: DEFAULT_PATH, ...options.environment };
    const remote: GitCommand = {
      git: options.git ?? 'git',
      environment: gitEnvironment(base, protocols, config),
      secrets,
      signal,
    };
    // Only the fetch needs the token.
    const local: GitCommand = { ...remote, environment: gitEnvironment(base, protocols, []) };
    const fetch = (): Promise<string> =>
      locked(mirror, async () => {
        if (!swept.has(mirror)) await sweepMirror(mirror);
        swept.add(mirror);
        await ensureMirror(local, mirror);
        await fetchInto(remote, mirror, plain, wanted);
        return await tagObject(local, mirror, wanted);
      });
    // Others may use the mirror between the tries: what they want may be there.
    const object = await withTries(fetch, { sleep: options.sleep ?? realSleep, signal, log });
    return { local, mirror, url: plain, wanted, tagObject: object };
  };

  return {
    async borrows({ repository }) {
      const objects = objectsOf(mirrorPath(mirrors, repository));
      await mkdir(objects, { recursive: true });
      return [objects];
    },
    async checkout(request, signal, log = () => undefined) {
      const { local, ...from } = await fetched(request, signal, log);
      await fillWorkspace(local, request.directory, from);
      return { borrowed: [objectsOf(from.mirror)] };
    },
    async tree(request, signal) {
      const { local, mirror, wanted } = await fetched(request, signal, () => undefined);
      return await listTree(local, mirror, wanted.sha);
    },
  };
}

interface Fetched {
  /** git without the token. */
  readonly local: GitCommand;
  readonly mirror: string;
  /** Without credentials. */
  readonly url: string;
  readonly wanted: Wanted;
  readonly tagObject: string;
}

function checkProtocol(url: URL, protocols: readonly string[]): void {
  const protocol = url.protocol.slice(0, -1);
  if (!protocols.includes(protocol))
    throw new CheckoutFailed(`the clone URL's protocol ${protocol} is not allowed`);
}

/** The URL without credentials, and the header that carries the token, to this origin and to no other. */
function credentials(
  url: URL,
  { token }: CheckoutRequest,
): {
  readonly plain: string;
  readonly secrets: readonly string[];
  readonly config: readonly (readonly [string, string])[];
} {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  const inUrl = url.password === '' ? [] : [url.password, decodeURIComponent(url.password)];
  if (token === undefined) return { plain: plain.href, secrets: inUrl, config: [] };
  const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
  return {
    plain: plain.href,
    secrets: [token, basic, ...inUrl],
    config: [[`http.${url.origin}/.extraHeader`, `Authorization: Basic ${basic}`]],
  };
}
