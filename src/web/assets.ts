import { createHash } from 'node:crypto';

import { ICON } from './assets/icon.js';
import { SCRIPT } from './assets/script.js';
import { STYLE } from './assets/style.js';
import type { WebApp } from './context.js';

interface Asset {
  /** With a hash of the content: a new content has a new address, so that browsers may keep it for ever. */
  readonly name: string;
  readonly type: string;
  readonly content: string;
}

export const ASSETS = {
  style: asset('style', 'css', 'text/css; charset=utf-8', STYLE),
  script: asset('script', 'js', 'text/javascript; charset=utf-8', SCRIPT),
  icon: asset('icon', 'svg', 'image/svg+xml', ICON),
} as const;

function asset(base: string, extension: string, type: string, content: string): Asset {
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 12);
  return { name: `${base}-${hash}.${extension}`, type, content };
}

export function mountAssets(app: WebApp): void {
  for (const { name, type, content } of Object.values(ASSETS)) {
    app.get(`/assets/${name}`, (c) =>
      c.body(content, 200, {
        'Content-Type': type,
        'Cache-Control': 'public, max-age=31536000, immutable',
      }),
    );
  }
}
