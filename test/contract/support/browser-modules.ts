import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { transform } from '@swc/core';
import type { BrowserContext } from 'playwright-core';

/** Gives browsers the modules of `src/web/client` as the compiler would make them: tests run from the sources. */
export async function serveModules(context: BrowserContext): Promise<void> {
  await context.route(/\/assets\/client-[0-9a-f]+\/.+\.js$/, async (route) => {
    const [, name = ''] =
      /\/assets\/client-[0-9a-f]+\/(.+)\.js$/.exec(new URL(route.request().url()).pathname) ?? [];
    const source = await readFile(path.resolve('src/web/client', `${name}.ts`), 'utf8');
    const { code } = await transform(source, {
      jsc: { target: 'es2023', parser: { syntax: 'typescript' } },
      module: { type: 'es6' },
    });
    await route.fulfill({ contentType: 'text/javascript; charset=utf-8', body: code });
  });
}
