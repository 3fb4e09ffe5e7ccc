import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

import { DIFFERENCE_STYLE } from './assets/difference-style.js';
import { ICON } from './assets/icon.js';
import { LOG_STYLE } from './assets/log-style.js';
import { RUN_STYLE } from './assets/run-style.js';
import { STYLE } from './assets/style.js';
import type { WebApp } from './context.js';

interface Asset {
  /** With a hash of the content: a new content has a new address, so that browsers may keep it for ever. */
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

export const ASSETS = {
  style: asset('style', 'css', 'text/css; charset=utf-8', STYLE + RUN_STYLE),
  logStyle: asset('log', 'css', 'text/css; charset=utf-8', LOG_STYLE),
  differenceStyle: asset('difference', 'css', 'text/css; charset=utf-8', DIFFERENCE_STYLE),
  icon: asset('icon', 'svg', 'image/svg+xml', ICON),
} as const;

function asset(base: string, extension: string, type: string, content: string): Asset {
  return { name: `${base}-${hashOf([content])}.${extension}`, type, content };
}

function hashOf(contents: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const content of contents) hash.update(content);
  return hash.digest('hex').slice(0, 12);
}

const FOR_EVER = 'public, max-age=31536000, immutable';

/** What runs in browsers, by name: ES modules as the compiler made them. None when this runs from sources. */
const CLIENT = new Map(
  readdirSync(new URL('./client/', import.meta.url), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => [name, readFileSync(new URL(`./client/${name}`, import.meta.url))] as const),
);
/** They import each other by name: one hash stands for them all. */
const CLIENT_HASH = hashOf([...CLIENT].flat());

/** `log.js` → `client-0123456789ab/log.js` */
export function clientModule(name: string): string {
  return `client-${CLIENT_HASH}/${name}`;
}

/** All modules of a folder: a page that needs them asks for all at once, not for each when it is imported. */
export function clientModules(folder: string): readonly string[] {
  return [...CLIENT.keys()].filter((name) => name.startsWith(`${folder}/`)).map(clientModule);
}

export function mountAssets(app: WebApp): void {
  app.get(`/assets/client-${CLIENT_HASH}/:name{.+}`, (c) => {
    const content = CLIENT.get(c.req.param('name'));
    if (content === undefined) return c.notFound();
    return c.body(new Uint8Array(content), 200, {
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': FOR_EVER,
    });
  });
  for (const { name, type, content } of Object.values(ASSETS)) {
    app.get(`/assets/${name}`, (c) =>
      c.body(content, 200, {
        'Content-Type': type,
        'Cache-Control': FOR_EVER,
      }),
    );
  }
}
