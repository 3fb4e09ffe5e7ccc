import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Manifest } from './register-manifest.js';

export interface RegisterPage {
  /** For the browser. Nobody else knows it, though others may reach the port. */
  readonly url: string;
  readonly port: number;
  /** The next time that GitHub sends the browser back. */
  sentBack(): Promise<SentBack>;
  close(): Promise<void>;
}

/** GitHub has made the app, and the browser waits for an answer: one of the two. */
export interface SentBack {
  readonly code: string;
  registered(installUrl: string): void;
  failed(words: string): void;
}

export interface RegisterPageDeps {
  readonly port: number;
  /** Where GitHub takes manifests. */
  readonly newAppUrl: string;
  readonly manifest: (redirectUrl: string) => Manifest;
}

/** For the answer that is on its way to the browser. */
const LAST_ANSWER_MS = 1_000;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A page on the loopback that posts the manifest to GitHub, and to which GitHub sends the browser back. */
export async function openRegisterPage(deps: RegisterPageDeps): Promise<RegisterPage> {
  const key = randomBytes(16).toString('hex');
  const state = randomBytes(16).toString('hex');
  const came: SentBack[] = [];
  let waiting: ((sentBack: SentBack) => void) | undefined;

  const server = createServer((request, response) => {
    answer(new URL(request.url ?? '/', 'http://127.0.0.1'))
      .then(({ status, body }) => response.writeHead(status, headers(deps.newAppUrl)).end(page(body)))
      .catch(() => response.destroy());
  });
  await listen(server, deps.port);
  const { port } = server.address() as AddressInfo;
  const base = `http://127.0.0.1:${String(port)}`;

  async function answer({ pathname, searchParams }: URL): Promise<Answer> {
    if (pathname === `/${key}`) {
      return { status: 200, body: form(`${deps.newAppUrl}?state=${state}`, deps.manifest(`${base}/done`)) };
    }
    const code = searchParams.get('code');
    if (pathname !== '/done' || code === null) {
      return { status: 404, body: said('Not found', 'Open the address that the terminal shows.') };
    }
    // Only who opened the page with the key knows it: a stranger's code would make us a stranger's app.
    return isSame(searchParams.get('state') ?? '', state)
      ? await handOver(code)
      : { status: 403, body: said('Not begun here', 'Open the address that the terminal shows.') };
  }

  function handOver(code: string): Promise<Answer> {
    return new Promise((resolve) => {
      const sentBack: SentBack = {
        code,
        registered: (installUrl) => resolve({ status: 200, body: done(installUrl) }),
        failed: (words) => resolve({ status: 502, body: said('Not registered', words) }),
      };
      if (waiting === undefined) {
        came.push(sentBack);
      } else {
        waiting(sentBack);
        waiting = undefined;
      }
    });
  }

  return {
    url: `${base}/${key}`,
    port,
    sentBack: () =>
      new Promise((resolve) => {
        const next = came.shift();
        if (next === undefined) {
          waiting = resolve;
        } else {
          resolve(next);
        }
      }),
    close: () =>
      new Promise((resolve) => {
        for (const late of came) {
          late.failed('The app is registered already; the terminal says what is next.');
        }
        server.close(() => resolve());
        // Browsers open connections ahead and may never use them.
        setTimeout(() => server.closeAllConnections(), LAST_ANSWER_MS).unref();
      }),
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
}

function isSame(given: string, expected: string): boolean {
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

function headers(newAppUrl: string): Record<string, string> {
  return {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    connection: 'close',
    // Chromium holds redirects of a form to this too: GitHub sends the browser back here.
    'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action 'self' ${new URL(newAppUrl).origin}; frame-ancestors 'none'`,
  };
}

function form(action: string, manifest: Manifest): string {
  return `<h1>Register ${escape(manifest.name)}</h1>
<p>GitHub shows the name once more and lets you change it. Webhooks go to <code>${escape(manifest.hook_attributes.url)}</code>.</p>
<form method="post" action="${escape(action)}">
<input type="hidden" name="manifest" value="${escape(JSON.stringify(manifest))}">
<button>Register on GitHub</button>
</form>`;
}

function said(title: string, words: string): string {
  return `<h1>${escape(title)}</h1>\n<p>${escape(words)}</p>`;
}

function done(installUrl: string): string {
  return `<h1>Registered</h1>
<p>Next: <a href="${escape(installUrl)}">install it on repositories</a>. The terminal says how to start the server.</p>`;
}

function page(body: string): string {
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Cyclone</title>
<style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 4rem auto; padding: 0 1rem }
button { font: inherit; padding: .5rem 1rem }</style>
${body}
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (letter) => `&#${String(letter.codePointAt(0))};`);
}
