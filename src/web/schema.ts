import { caicloudSchema } from '../pipeline/config/json-schema.js';
import type { WebApp } from './context.js';

/** For `# yaml-language-server: $schema=https://…/schema/caicloud.json`. Public, as the language is. */
export function mountSchema(app: WebApp): void {
  const schema = JSON.stringify(caicloudSchema());
  app.get('/schema/caicloud.json', (c) =>
    c.body(schema, 200, {
      'Content-Type': 'application/schema+json; charset=utf-8',
      'Cache-Control': 'public, max-age=3600',
      // Editors in a browser ask from an origin of their own.
      'Access-Control-Allow-Origin': '*',
    }),
  );
}
