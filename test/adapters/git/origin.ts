import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
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
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '-m', 'a change');
      return git('rev-parse', 'HEAD');
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

/** git http-backend on loopback, for who shows the token. */
export async function serveGit(root: string, token: string): Promise<GitServer> {
  const authorizations: (string | undefined)[] = [];
  let failing = 0;
  const wanted = `Basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    if (failing > 0) {
      failing -= 1;
      response.writeHead(503).end();
      return;
    }
    if (request.headers.authorization !== wanted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
      return;
    }
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
