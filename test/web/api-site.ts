import { expect } from '@jest/globals';
import type { WebDeps } from '../../src/web/ports.js';
import { createJudge, type Description } from './described.js';
import { type Site, startSite } from './harness.js';

/** A site of which every answer is looked at: it must be as `/api/openapi.json` says. */
export async function startDescribedSite(
  change: Partial<WebDeps> = {},
): Promise<Site & { readonly description: Description }> {
  const site = await startSite(change);
  const description = JSON.parse((await site.ask('/api/openapi.json')).body) as Description;
  const judge = createJudge(description);
  const ask = site.ask.bind(site);
  return Object.assign(site, {
    description,
    async ask(path: string, asked?: Parameters<Site['ask']>[1]) {
      const answer = await ask(path, asked);
      const method = asked?.method ?? 'GET';
      const { status, body, headers } = answer;
      expect(judge.faults({ method, path, status, body, type: headers['content-type'] })).toEqual([]);
      return answer;
    },
  });
}
