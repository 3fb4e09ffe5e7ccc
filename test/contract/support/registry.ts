/** A real registry (Debian's docker-registry) on loopback, which every engine accepts without TLS. */

import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './free-port.js';

/** Who may use a registry that was started with `auth: true`. */
export const REGISTRY_USER = { username: 'cyclone', password: 'correct horse' } as const;

// As `htpasswd -nbB cyclone 'correct horse'` writes it; with a constant, apache2-utils is not needed.
const HTPASSWD = 'cyclone:$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2';

export interface Access {
  readonly method: string;
  readonly path: string;
  readonly status: number;
}

export interface Registry {
  /** `127.0.0.1:PORT`: what image names begin with. */
  readonly host: string;
  /** Its log comes through a pipe: resolves when all that was answered before the call can be counted. */
  settled(): Promise<void>;
  /** Requests that it has answered so far, oldest first. */
  requests(): readonly Access[];
  /** How often a manifest was put under this tag: once for every push. */
  manifestPuts(repository: string, tag: string): number;
  stop(): Promise<void>;
}

export async function startRegistry({ auth = false }: { auth?: boolean } = {}): Promise<Registry> {
  const directory = await mkdtemp(join(tmpdir(), 'cyclone-registry-'));
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  await writeFile(join(directory, 'htpasswd'), `${HTPASSWD}\n`);
  await writeFile(join(directory, 'config.yml'), config(directory, host, auth));
  const child = spawn('docker-registry', ['serve', join(directory, 'config.yml')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  // Its access log is Apache's combined format, on stdout.
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  await ready(host, child, () => log);

  const requests = (): readonly Access[] =>
    [...log.matchAll(/"(GET|HEAD|PUT|POST|PATCH|DELETE) (\S+) HTTP\/[\d.]+" (\d{3}) /g)].map(
      ([, method = '', path = '', status = '']) => ({ method, path, status: Number(status) }),
    );
  return {
    host,
    async settled() {
      const mark = randomUUID();
      await fetch(`http://${host}/v2/?${mark}`);
      while (!log.includes(mark)) await sleep(5);
    },
    requests,
    manifestPuts: (repository, tag) =>
      requests().filter(
        ({ method, path, status }) =>
          method === 'PUT' && path === `/v2/${repository}/manifests/${tag}` && status === 201,
      ).length,
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function config(directory: string, host: string, auth: boolean): string {
  const access = auth
    ? `auth:\n  htpasswd:\n    realm: cyclone-test\n    path: ${join(directory, 'htpasswd')}\n`
    : '';
  return `version: 0.1
log:
  level: warn
storage:
  filesystem:
    rootdirectory: ${join(directory, 'store')}
  delete:
    enabled: true
http:
  addr: ${host}
${access}`;
}

async function ready(host: string, child: ChildProcess, log: () => string): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline && child.exitCode === null) {
    const answer = await fetch(`http://${host}/v2/`).catch(() => undefined);
    // 401 is an answer too.
    if (answer) return;
    await sleep(50);
  }
  child.kill('SIGKILL');
  throw new Error(`docker-registry did not come up on ${host}:\n${log()}`);
}
