import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n';

/** The part of a GitHub Enterprise Server that makes apps from manifests. */
export interface AppMaker {
  readonly url: string;
  /** Addresses to which a manifest was posted, with the manifest. */
  readonly posted: { readonly path: string; readonly manifest: Record<string, unknown> }[];
  /** Codes that were taken back. */
  readonly codes: string[];
  /** The next code is not known. */
  forget(): void;
  close(): Promise<void>;
}

export async function startAppMaker(): Promise<AppMaker> {
  const posted: AppMaker['posted'] = [];
  const codes: string[] = [];
  let isForgotten = false;
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', url);
    const conversion = /^\/api\/v3\/app-manifests\/([^/]+)\/conversions$/.exec(pathname);
    if (conversion?.[1] !== undefined) {
      codes.push(conversion[1]);
      const status = isForgotten ? 404 : 201;
      isForgotten = false;
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(status === 201 ? app(url) : { message: 'Not Found' }));
      return;
    }
    if (request.method !== 'POST') {
      response.writeHead(404).end();
      return;
    }
    const form = new URLSearchParams(await text(request));
    const manifest = JSON.parse(form.get('manifest') ?? '') as Record<string, string>;
    posted.push({ path: pathname, manifest });
    const back = new URL(manifest['redirect_url'] ?? '');
    back.searchParams.set('code', `code-${String(posted.length)}`);
    back.searchParams.set('state', searchParams.get('state') ?? '');
    response.writeHead(302, { location: back.href }).end();
  }

  return {
    url,
    posted,
    codes,
    forget: () => {
      isForgotten = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const app = (url: string) => ({
  id: 4711,
  slug: 'cyclone-acme-1f2e',
  name: 'Cyclone acme 1f2e',
  html_url: `${url}/github-apps/cyclone-acme-1f2e`,
  webhook_secret: 'c0ffee',
  client_id: 'Iv1.1',
  client_secret: 'client secret',
  pem: PEM,
});
