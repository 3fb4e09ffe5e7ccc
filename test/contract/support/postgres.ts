/** A real PostgreSQL (Debian's package postgresql) on loopback, with a data directory that goes with it. */

import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.js';

const DEBIAN = '/usr/lib/postgresql';

export interface Postgres {
  /** Makes an empty database. @returns its address, as `DATABASE_URL` takes it */
  createDatabase(): Promise<string>;
  /** Ends every connection but its own, as a restart does. */
  disconnectAll(): Promise<void>;
  stop(): Promise<void>;
}

export async function startPostgres(): Promise<Postgres> {
  // Not in the run's own temporary directory: PostgreSQL does not run as root, and who else it runs as may not enter.
  const directory = await mkdtemp('/tmp/cyclone-postgres-');
  const user = anyoneButRoot();
  if (user !== undefined) chownSync(directory, user.uid, user.gid);
  const data = path.join(directory, 'data');
  execFileSync(
    program('initdb'),
    ['-D', data, '-U', 'cyclone', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
    { ...user, cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const port = await freePort();
  const settings = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    // Nothing of it outlives its test.
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${String(value)}`]);
  const child = spawn(program('postgres'), ['-D', data, ...options], {
    ...user,
    cwd: directory,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await ready(child);

  const address = (database: string): string => `postgres://cyclone@127.0.0.1:${String(port)}/${database}`;
  const ask = async (question: string): Promise<void> => {
    const client = new pg.Client({ connectionString: address('postgres') });
    await client.connect();
    await client.query(question);
    await client.end();
  };
  let databases = 0;
  return {
    async createDatabase() {
      databases += 1;
      const name = `test_${String(databases)}`;
      await ask(`create database ${name}`);
      return address(name);
    },
    disconnectAll: () =>
      ask(
        'select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and datname is not null',
      ),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        // "Immediate": nothing is written back.
        child.kill('SIGQUIT');
        await gone;
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** The newest of Debian's, which are not on the PATH. */
function program(name: string): string {
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN) : [];
  const newest = versions
    .toSorted((a, b) => Number(b) - Number(a))
    .map((version) => path.join(DEBIAN, version, 'bin', name))
    .find((file) => existsSync(file));
  return newest ?? name;
}

/** Undefined: we are not root. The package makes the user. */
function anyoneButRoot(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string): number =>
    Number(spawnSync('id', [flag, 'postgres'], { encoding: 'utf8' }).stdout);
  return { uid: id('-u'), gid: id('-g') };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('ready to accept connections')) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`postgres ended with ${String(code)}:\n${said}`)));
  });
}
