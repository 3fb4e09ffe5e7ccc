import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Repository, Trigger } from '../../../src/pipeline/model.js';

const AUTHOR = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
};

/** A repository that is made with the real git. */
export interface Origin {
  readonly directory: string;
  git(...args: string[]): string;
  /** Writes files, commits, and tells the commit. */
  commit(files: Readonly<Record<string, string>>): string;
  /** Puts a submodule at a path, described as given; the next commit holds it. */
  link(path: string, sha: string, url: string, name?: string): void;
}

export function temporary(name: string): string {
  return mkdtempSync(path.join(tmpdir(), `cyclone-${name}-`));
}

export function runGitHere(directory: string, ...args: string[]): string {
  return execFileSync('git', ['-C', directory, '-c', 'safe.directory=*', ...args], {
    env: { ...process.env, ...AUTHOR },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

export function createOrigin(directory = temporary('origin')): Origin {
  mkdirSync(directory, { recursive: true });
  const git = (...args: string[]): string => runGitHere(directory, ...args);
  git('init', '--quiet', '--initial-branch=main');
  return {
    directory,
    git,
    commit(files) {
      for (const [name, text] of Object.entries(files)) {
        mkdirSync(path.dirname(path.join(directory, name)), { recursive: true });
        writeFileSync(path.join(directory, name), text);
      }
      // Not --all: a submodule that is not in the workspace would be taken out again.
      git('add', '--ignore-removal', '.');
      git('commit', '--quiet', '--allow-empty', '-m', 'a change');
      return git('rev-parse', 'HEAD');
    },
    link(at, sha, url, name = at) {
      // By hand: git's own command refuses what a stranger would write.
      const entry = `[submodule "${name}"]\n\tpath = ${at}\n\turl = ${url}\n`;
      appendFileSync(path.join(directory, '.gitmodules'), entry);
      git('update-index', '--add', '--cacheinfo', `160000,${sha},${at}`);
    },
  };
}

export function repositoryAt(cloneUrl: string, id = 7): Repository {
  return {
    id,
    owner: 'acme',
    name: 'api',
    private: true,
    cloneUrl,
    htmlUrl: 'http://localhost/acme/api',
    defaultBranch: 'main',
    installationId: 1,
  };
}

export function pushOf(sha: string, branch = 'main'): Trigger {
  return {
    event: 'push',
    sha,
    ref: `refs/heads/${branch}`,
    branch,
    fork: false,
    title: 'a change',
    message: 'a change',
    sender: 'ada',
  };
}

export function tagOf(sha: string, tag: string): Trigger {
  return {
    event: 'tag',
    sha,
    ref: `refs/tags/${tag}`,
    tag,
    fork: false,
    title: '',
    message: '',
    sender: 'ada',
  };
}

export interface GitServer {
  readonly url: string;
  /** `Authorization` of every request. */
  readonly authorizations: (string | undefined)[];
  /** Answers so many requests with 503. */
  failNext(count: number): void;
  close(): Promise<void>;
}

export interface GitServerOptions {
  /** Paths that begin with one of these are not there for anybody, as a private repository is not for strangers. */
  readonly hidden?: readonly string[];
  /** Has the first look at what is asked for with the right token. @returns whether it answers */
  readonly before?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export function basicOf(token: string): string {
  return `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
}

/** git http-backend on loopback, for who shows the token; without one for everybody. */
export async function serveGit(
  root: string,
  token: string | undefined,
  { hidden = [], before = () => false }: GitServerOptions = {},
): Promise<GitServer> {
  const authorizations: (string | undefined)[] = [];
  let failing = 0;
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    if (failing > 0) {
      failing -= 1;
      response.writeHead(503).end();
      return;
    }
    if (token !== undefined && request.headers.authorization !== basicOf(token)) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
    if (hidden.some((prefix) => request.url?.startsWith(prefix))) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Repository not found.');
      return;
    }
    if (before(request, response)) return;
    backend(root, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    authorizations,
    failNext: (count) => {
      failing = count;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function backend(root: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'safe.directory',
      GIT_CONFIG_VALUE_0: '*',
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: request.headers['content-encoding'] ?? '',
      REMOTE_USER: 'x',
    },
  });
  request.pipe(child.stdin);
  const out: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.on('close', () => {
    const all = Buffer.concat(out);
    const border = all.indexOf('\r\n\r\n');
    const headers = all.subarray(0, border).toString().split('\r\n');
    let status = 200;
    for (const header of headers) {
      const [name = '', value = ''] = header.split(/: ?(.*)/s);
      if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10);
      else response.setHeader(name, value);
    }
    response.writeHead(status).end(all.subarray(border + 4));
  });
}
