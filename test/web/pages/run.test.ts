import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { type Site, startSite } from '../harness.js';
import { ended, NOON, queued, runView } from '../runs.js';

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.stop());

test('the page of a run says in a table where the time went', async () => {
  const spans = [
    { name: 'checkout', at: NOON - 48_000, ms: 40 },
    { name: 'run', at: NOON - 47_960, ms: 39_960 },
  ];
  const view = runView({ stages: { unit: ended({ kind: 'passed' }, { spans }), docs: queued } });
  const pull = { name: 'pull', detail: '<busybox>', at: NOON - 50_000, ms: 1200 };
  const job = { id: 'chain', status: 'done', attempt: 1, fence: 1, seq: 3, spans: [pull] } as const;
  site.runs.put({ ...view, progress: { ...view.progress, jobs: [job] } });
  const { body } = await site.ask('/runs/1');
  const rows = [...body.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row = '']) =>
    [...row.matchAll(/<t[dh][^>]*>(.*?)<\/t[dh]>/gs)].map(([, cell]) => cell?.trim()),
  );
  expect(rows).toEqual([
    ['Phase', 'Began after', 'Took'],
    ['chain, beside its stages'],
    ['pull &lt;busybox&gt;', '10 s', '1.2 s'],
    ['unit'],
    ['checkout', '12 s', '40 ms'],
    ['run', '12 s', '40 s'],
    ['report', '52 s', '40 ms'],
  ]);
  expect(body).toContain('<title>checkout 40 ms</title>');
});
