import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { gitCheckout } from '../../../src/adapters/git/checkout.js';
import type { CheckoutRequest } from '../../../src/worker/ports.js';
import {
  createOrigin,
  type GitServer,
  type Origin,
  pushOf,
  repositoryAt,
  runGitHere,
  serveGit,
  tagOf,
  temporary,
} from './origin.js';

const never = new AbortController().signal;
const atOnce = (): Promise<void> => Promise.resolve();

function request(
  origin: Origin,
  over: Partial<CheckoutRequest> & Pick<CheckoutRequest, 'trigger'>,
): CheckoutRequest {
  return {
    repository: repositoryAt(`file://${origin.directory}`),
    directory: temporary('workspace'),
    ...over,
  };
}

/** Everything below a directory, as one text. */
function grep(directory: string, text: string): string {
  try {
    return execFileSync('grep', ['-rlF', '--', text, directory], { encoding: 'utf8' });
  } catch {
    return '';
  }
}

describe('a checkout', () => {
  test('leaves the commit, a detached HEAD, the branch and a remote', async () => {
    const origin = createOrigin();
    const first = origin.commit({ 'a.txt': 'one' });
    origin.commit({ 'a.txt': 'two' });
    const checkout = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true });
    const wanted = request(origin, { trigger: pushOf(first, 'feature/x') });
    const { borrowed } = await checkout.checkout(wanted, never);
    expect(readFileSync(path.join(wanted.directory, 'a.txt'), 'utf8')).toBe('one');
    expect(runGitHere(wanted.directory, 'rev-parse', 'HEAD')).toBe(first);
    expect(runGitHere(wanted.directory, 'rev-parse', 'origin/feature/x')).toBe(first);
    expect(runGitHere(wanted.directory, 'status', '--porcelain')).toBe('');
    expect(runGitHere(wanted.directory, 'remote', 'get-url', 'origin')).toBe(`file://${origin.directory}`);
    expect(borrowed).toEqual(await checkout.borrows(wanted));
    expect(readFileSync(path.join(wanted.directory, '.git/objects/info/alternates'), 'utf8')).toBe(
      `${borrowed[0]}\n`,
    );
  });

  test('asks nobody for a commit that was fetched before there was a workspace', async () => {
    const origin = createOrigin();
    const sha = origin.commit({ 'a.txt': 'one' });
    const tag = request(origin, { trigger: tagOf(sha, 'v1') });
    origin.git('tag', 'v1', sha);
    const checkout = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true });
    await checkout.fetch?.(tag, never);
    expect(readdirSync(tag.directory)).toEqual([]);
    rmSync(origin.directory, { recursive: true });
    await checkout.checkout(tag, never);
    expect(readFileSync(path.join(tag.directory, 'a.txt'), 'utf8')).toBe('one');
    expect(runGitHere(tag.directory, 'rev-parse', 'v1^{commit}')).toBe(sha);
  });

  test('borrows objects and owns none of the mirror', async () => {
    const origin = createOrigin();
    const sha = origin.commit({ 'a.txt': 'one' });
    const wanted = request(origin, { trigger: pushOf(sha) });
    await gitCheckout({ mirrors: temporary('mirrors'), allowFile: true }).checkout(wanted, never);
    const own = readdirSync(path.join(wanted.directory, '.git/objects'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(own.filter((entry) => entry.isFile()).map((entry) => entry.name)).toEqual(['alternates']);
  });

  test('has an annotated tag, so that describe works', async () => {
    const origin = createOrigin();
    const sha = origin.commit({ 'a.txt': 'one' });
    origin.git('tag', '-a', 'v1.0', '-m', 'the first');
    const wanted = request(origin, { trigger: tagOf(sha, 'v1.0') });
    await gitCheckout({ mirrors: temporary('mirrors'), allowFile: true }).checkout(wanted, never);
    expect(runGitHere(wanted.directory, 'describe')).toBe('v1.0');
    expect(runGitHere(wanted.directory, 'cat-file', '-t', 'refs/tags/v1.0')).toBe('tag');
  });

  test('has the commit of a tag that was deleted or moved since', async () => {
    const origin = createOrigin();
    const sha = origin.commit({ 'a.txt': 'one' });
    origin.commit({ 'a.txt': 'two' });
    origin.git('tag', 'moved');
    const checkout = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true });
    for (const tag of ['gone', 'moved']) {
      const wanted = request(origin, { trigger: tagOf(sha, tag) });
      await checkout.checkout(wanted, never);
      expect(runGitHere(wanted.directory, 'rev-parse', `refs/tags/${tag}`)).toBe(sha);
      expect(readFileSync(path.join(wanted.directory, 'a.txt'), 'utf8')).toBe('one');
    }
  });

  test('of a commit that is there needs no remote', async () => {
    const origin = createOrigin();
    const sha = origin.commit({ 'a.txt': 'one' });
    const checkout = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true });
    await checkout.checkout(request(origin, { trigger: pushOf(sha) }), never);
    rmSync(origin.directory, { recursive: true });
    const wanted = request(origin, { trigger: pushOf(sha) });
    await checkout.checkout(wanted, never);
    expect(runGitHere(wanted.directory, 'rev-parse', 'HEAD')).toBe(sha);
  });

  test('begins anew in a directory that was left half done, and keeps the directory itself', async () => {
    const origin = createOrigin();
    const sha = origin.commit({ 'a.txt': 'one' });
    const wanted = request(origin, { trigger: pushOf(sha) });
    mkdirSync(path.join(wanted.directory, '.git'));
    writeFileSync(path.join(wanted.directory, '.git/HEAD'), 'half');
    writeFileSync(path.join(wanted.directory, 'left'), '');
    const inode = lstatSync(wanted.directory).ino;
    await gitCheckout({ mirrors: temporary('mirrors'), allowFile: true }).checkout(wanted, never);
    expect(readdirSync(wanted.directory).sort()).toEqual(['.git', 'a.txt']);
    expect(lstatSync(wanted.directory).ino).toBe(inode);
  });

  test('keeps links as links', async () => {
    const origin = createOrigin();
    symlinkSync('/etc/passwd', path.join(origin.directory, 'link'));
    const sha = origin.commit({ 'a.txt': 'one' });
    const wanted = request(origin, { trigger: pushOf(sha) });
    await gitCheckout({ mirrors: temporary('mirrors'), allowFile: true }).checkout(wanted, never);
    expect(lstatSync(path.join(wanted.directory, 'link')).isSymbolicLink()).toBe(true);
  });

  test('runs no hook, not even one that the machine gives to every repository', async () => {
    const origin = createOrigin();
    const sha = origin.commit({ 'a.txt': 'one' });
    const template = temporary('template');
    mkdirSync(path.join(template, 'hooks'));
    const trace = path.join(template, 'ran');
    writeFileSync(path.join(template, 'hooks/post-checkout'), `#!/bin/sh\ntouch ${trace}\n`, { mode: 0o755 });
    const wanted = request(origin, { trigger: pushOf(sha) });
    const environment = { PATH: process.env['PATH'] ?? '', GIT_TEMPLATE_DIR: template };
    await gitCheckout({ mirrors: temporary('mirrors'), allowFile: true, environment }).checkout(
      wanted,
      never,
    );
    expect(existsSync(trace)).toBe(false);
    expect(existsSync(path.join(wanted.directory, '.git/hooks'))).toBe(false);
  });

  test('serves many workspaces of one repository at once', async () => {
    const origin = createOrigin();
    const shas = [1, 2, 3, 4].map((n) => origin.commit({ 'a.txt': `${n}` }));
    const checkout = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true });
    const texts = await Promise.all(
      shas.map(async (sha, index) => {
        const wanted = request(origin, { trigger: pushOf(sha, `b${index}`) });
        await checkout.checkout(wanted, never);
        return readFileSync(path.join(wanted.directory, 'a.txt'), 'utf8');
      }),
    );
    expect(texts).toEqual(['1', '2', '3', '4']);
  });

  test('branches whose names nest can follow each other', async () => {
    const origin = createOrigin();
    const sha = origin.commit({ 'a.txt': 'one' });
    const checkout = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true });
    for (const branch of ['a', 'a/b', 'a/b/c']) {
      const wanted = request(origin, { trigger: pushOf(sha, branch) });
      await checkout.checkout(wanted, never);
      expect(runGitHere(wanted.directory, 'rev-parse', `origin/${branch}`)).toBe(sha);
    }
  });
});

describe('a mirror', () => {
  test('that a killed process left half made heals', async () => {
    const origin = createOrigin();
    const sha = origin.commit({ 'a.txt': 'one' });
    const mirrors = temporary('mirrors');
    const wanted = request(origin, { trigger: pushOf(sha) });
    const [objects = ''] = await gitCheckout({ mirrors }).borrows(wanted);
    const mirror = path.dirname(objects);
    writeFileSync(path.join(mirror, 'HEAD'), '');
    writeFileSync(path.join(mirror, 'config'), '[core');
    const inode = lstatSync(objects).ino;
    await gitCheckout({ mirrors, allowFile: true }).checkout(wanted, never);
    expect(runGitHere(wanted.directory, 'rev-parse', 'HEAD')).toBe(sha);
    // Containers that are armed already have this very directory mounted.
    expect(lstatSync(objects).ino).toBe(inode);
  });

  test('with locks of a killed process is usable again', async () => {
    const origin = createOrigin();
    const mirrors = temporary('mirrors');
    const first = request(origin, { trigger: pushOf(origin.commit({ 'a.txt': 'one' })) });
    const { borrowed } = await gitCheckout({ mirrors, allowFile: true }).checkout(first, never);
    const mirror = path.dirname(borrowed[0] ?? '');
    for (const ref of readdirSync(path.join(mirror, 'refs/cyclone'))) {
      writeFileSync(path.join(mirror, 'refs/cyclone', `${ref}.lock`), '');
    }
    const second = request(origin, { trigger: pushOf(origin.commit({ 'a.txt': 'two' })) });
    await gitCheckout({ mirrors, allowFile: true }).checkout(second, never);
    expect(readFileSync(path.join(second.directory, 'a.txt'), 'utf8')).toBe('two');
  });

  test('with a ref whose objects are lost is fetched again', async () => {
    const origin = createOrigin();
    const mirrors = temporary('mirrors');
    const sha = origin.commit({ 'a.txt': 'one' });
    const { borrowed } = await gitCheckout({ mirrors, allowFile: true }).checkout(
      request(origin, { trigger: pushOf(sha) }),
      never,
    );
    for (const entry of readdirSync(borrowed[0] ?? '')) {
      rmSync(path.join(borrowed[0] ?? '', entry), { recursive: true });
    }
    const wanted = request(origin, { trigger: pushOf(sha) });
    await gitCheckout({ mirrors, allowFile: true }).checkout(wanted, never);
    expect(readFileSync(path.join(wanted.directory, 'a.txt'), 'utf8')).toBe('one');
  });
});

describe('refuses', () => {
  test.each(['--upload-pack=touch /tmp/x', 'HEAD', 'main', 'a'.repeat(39), `${'a'.repeat(40)}\n`])(
    'a commit id like %j',
    async (sha) => {
      const checkout = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true });
      await expect(
        checkout.checkout(request(createOrigin(), { trigger: pushOf(sha) }), never),
      ).rejects.toMatchObject({
        name: 'CheckoutFailed',
      });
    },
  );

  test.each(['ext::sh -c touch% /tmp/x', 'file:///etc', 'ssh://git@example.com/x', '-oProxyCommand=x'])(
    'a clone URL like %s',
    async (cloneUrl) => {
      const checkout = gitCheckout({ mirrors: temporary('mirrors') });
      const wanted = {
        repository: repositoryAt(cloneUrl),
        trigger: pushOf('a'.repeat(40)),
        directory: temporary('workspace'),
      };
      await expect(checkout.checkout(wanted, never)).rejects.toMatchObject({ name: 'CheckoutFailed' });
    },
  );

  test('a branch that looks like an option is only a name', async () => {
    const origin = createOrigin();
    const sha = origin.commit({ 'a.txt': 'one' });
    const wanted = request(origin, { trigger: pushOf(sha, '--upload-pack=/bin/false') });
    await gitCheckout({ mirrors: temporary('mirrors'), allowFile: true }).checkout(wanted, never);
    expect(runGitHere(wanted.directory, 'rev-parse', 'HEAD')).toBe(sha);
  });

  test('a commit that is not there, in git’s words', async () => {
    const origin = createOrigin();
    origin.commit({ 'a.txt': 'one' });
    const checkout = gitCheckout({ mirrors: temporary('mirrors'), allowFile: true, sleep: atOnce });
    const wanted = request(origin, { trigger: pushOf('0123456789'.repeat(4)) });
    await expect(checkout.checkout(wanted, never)).rejects.toThrow(/git fetch: .*not our ref/);
  });
});

describe('over HTTP', () => {
  const root = temporary('root');
  const origin = createOrigin(path.join(root, 'acme', 'api'));
  const token = 'ghs_secretSecretSecret';
  let server: GitServer;
  beforeAll(async () => {
    server = await serveGit(root, token);
  });
  afterAll(() => server.close());

  const over = (sha: string, use?: string): CheckoutRequest => ({
    repository: repositoryAt(`${server.url}/acme/api/.git`),
    trigger: pushOf(sha),
    ...(use !== undefined && { token: use }),
    directory: temporary('workspace'),
  });

  test('the token opens the repository and is nowhere on disk', async () => {
    const sha = origin.commit({ 'a.txt': 'one' });
    const mirrors = temporary('mirrors');
    const wanted = over(sha, token);
    await gitCheckout({ mirrors }).checkout(wanted, never);
    expect(readFileSync(path.join(wanted.directory, 'a.txt'), 'utf8')).toBe('one');
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    for (const secret of [token, basic]) {
      expect(grep(mirrors, secret) + grep(wanted.directory, secret)).toBe('');
    }
    expect(server.authorizations).toContain(`Basic ${basic}`);
  });

  test('a commit below the tip of a branch is fetched by its id', async () => {
    const below = origin.commit({ 'a.txt': 'below' });
    origin.commit({ 'a.txt': 'tip' });
    const wanted = over(below, token);
    await gitCheckout({ mirrors: temporary('mirrors') }).checkout(wanted, never);
    expect(readFileSync(path.join(wanted.directory, 'a.txt'), 'utf8')).toBe('below');
  });

  test('a commit that is there is not asked for again', async () => {
    const sha = origin.commit({ 'a.txt': 'once' });
    const checkout = gitCheckout({ mirrors: temporary('mirrors') });
    await checkout.checkout(over(sha, token), never);
    const before = server.authorizations.length;
    await checkout.checkout(over(sha, token), never);
    expect(server.authorizations).toHaveLength(before);
  });

  test('a wrong token fails without a prompt and without the token in the words', async () => {
    const sha = origin.commit({ 'a.txt': 'one' });
    const checkout = gitCheckout({ mirrors: temporary('mirrors'), sleep: atOnce });
    const wrong = 'ghs_wrongWrongWrong';
    const error: unknown = await checkout
      .checkout(over(sha, wrong), never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'CheckoutFailed' });
    expect(String(error)).not.toContain(wrong);
  });

  test('a token that is refused is replaced by another, once', async () => {
    const sha = origin.commit({ 'a.txt': 'renewed' });
    const checkout = gitCheckout({ mirrors: temporary('mirrors'), sleep: atOnce });
    const refused: string[] = [];
    const renewing = (next: () => Promise<string | undefined>): CheckoutRequest => ({
      ...over(sha, 'ghs_revoked'),
      renewToken: (old) => {
        refused.push(old);
        return next();
      },
    });
    const none = renewing(() => Promise.reject(new Error('the server is away')));
    await expect(checkout.checkout(none, never)).rejects.toThrow('git fetch');
    await expect(
      checkout.checkout(
        renewing(async () => undefined),
        never,
      ),
    ).rejects.toThrow('git fetch');
    const wanted = renewing(async () => token);
    await checkout.checkout(wanted, never);
    expect(readFileSync(path.join(wanted.directory, 'a.txt'), 'utf8')).toBe('renewed');
    expect(refused).toEqual(['ghs_revoked', 'ghs_revoked', 'ghs_revoked']);
  });

  test('an abort ends it with the reason', async () => {
    const stop = new AbortController();
    const hanging = await serveNothing();
    const wanted = { ...over('a'.repeat(40)), repository: repositoryAt(`${hanging.url}/x`) };
    const fetching = gitCheckout({ mirrors: temporary('mirrors') }).checkout(wanted, stop.signal);
    await hanging.asked;
    stop.abort(new Error('superseded'));
    await expect(fetching).rejects.toThrow('superseded');
    await hanging.close();
  });
});

/** A server that accepts and never answers. */
async function serveNothing(): Promise<{ url: string; asked: Promise<void>; close(): Promise<void> }> {
  const { createServer } = await import('node:net');
  let ask: () => void;
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    ask();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
