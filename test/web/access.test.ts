import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { createLinks } from '../../src/web/links.js';
import { signRun } from '../../src/web/signature.js';
import { SIGNING_KEY, type Site, startSite } from './harness.js';
import { passed, runView } from './runs.js';

let site: Site;
beforeEach(async () => {
  site = await startSite();
  site.runs.put(runView({ id: 1, private: true, stages: { 'a/b': passed }, trigger: { title: 'hush' } }));
  site.runs.put(runView({ id: 2, private: true, stages: { 'a/b': passed } }));
  site.runs.put(runView({ id: 3, stages: { 'a/b': passed } }));
  await site.print(1, 'a/b', 'hush\n');
});
afterEach(() => site.stop());

const sig = signRun(SIGNING_KEY, 1);
const tails = ['', '/stages/a%2Fb', '/stages/a%2Fb/log', '/stages/a%2Fb/log/stream'];
const ways = (run: number): string[] => [...tails.map((tail) => `/runs/${run}${tail}`), `/api/runs/${run}`];

describe('private runs', () => {
  test.each(ways(1))('%s opens with the signature', async (path) => {
    const answer = await site.ask(`${path}?sig=${sig}`);
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBeGreaterThan(0);
    expect(answer.headers['cache-control']).toContain('no-store');
    expect(answer.headers['referrer-policy']).toBe('same-origin');
  });

  test.each(ways(1))('%s answers as if it did not exist without it', async (path) => {
    const absent = await site.ask(path.replace('/1', '/404'));
    expect(absent.status).toBe(404);
    const other = signRun(SIGNING_KEY, 2);
    const foreign = signRun(Buffer.from('another key'), 1);
    const wrong = [
      '',
      '?sig=',
      `?sig=${other}`,
      `?sig=${foreign}`,
      `?sig=${sig.slice(0, -1)}`,
      `?sig=${sig}A`,
      '?sig=%ff',
    ];
    for (const query of wrong) {
      const answer = await site.ask(path + query);
      expect([answer.status, answer.body]).toEqual([absent.status, absent.body]);
      const { date: _, ...headers } = answer.headers;
      expect({ ...absent.headers, ...headers }).toEqual(absent.headers);
    }
  });

  test('a signature opens no other run', async () => {
    for (const path of ways(2)) expect((await site.ask(`${path}?sig=${sig}`)).status).toBe(404);
  });

  test('no list names them', async () => {
    for (const path of ['/', '/api/runs', '/api/runs?repo=acme/hello', `/?sig=${sig}`]) {
      const { body } = await site.ask(path);
      expect(body).toContain('/runs/3');
      expect(body).not.toMatch(/hush|runs\/[12]\b/);
    }
  });

  test('a query that forgets to leave them out shows none', async () => {
    const view = runView({ id: 1, private: true, trigger: { title: 'hush' } });
    await site.stop();
    const runs = async () => ({ runs: [view], total: 1 });
    site = await startSite({ queries: { run: async () => view, runs } });
    for (const path of ['/', '/api/runs']) expect((await site.ask(path)).body).not.toContain('hush');
  });

  test('links inside pages carry the right on, and only those of this run', async () => {
    const page = (await site.ask(`/runs/1?sig=${sig}`)).body;
    expect(page).toContain(`href="/runs/1/stages/a%2Fb?sig=${sig}"`);
    const stage = (await site.ask(`/runs/1/stages/a%2Fb?sig=${sig}`)).body;
    expect(stage).toContain(`href="/runs/1/stages/a%2Fb/log?sig=${sig}"`);
    expect(stage).toContain(`href="/runs/1?sig=${sig}"`);
    for (const match of `${page}${stage}`.matchAll(/href="([^"]*sig=[^"]*)"/g)) {
      expect(match[1]).toMatch(/^\/runs\/1[/?]/);
    }
  });

  test('public runs need none', async () => {
    for (const path of ways(3)) expect((await site.ask(path)).status).toBe(200);
  });
});

describe('links', () => {
  const links = createLinks('https://ci.example/base/', SIGNING_KEY);

  test('are signed for private repositories only', () => {
    expect(links.run(1, false)).toBe('https://ci.example/base/runs/1');
    expect(links.run(1, true)).toBe(`https://ci.example/base/runs/1?sig=${sig}`);
    expect(sig).toMatch(/^[\w-]{43}$/);
  });

  test('encode the stage', () => {
    const link = links.stage(7, 'lint (node=20)/x?#%', false);
    expect(link).toBe('https://ci.example/base/runs/7/stages/lint%20(node%3D20)%2Fx%3F%23%25');
  });

  test.each([['lint (node=20)'], ['a/b'], ['50%'], ['%2F'], ['a:b?c#d&e=f'], ['ünï 🌀'], ['a+b'], ['"<>\'']])(
    'of stage %s open its page and log',
    async (stage) => {
      site.runs.put(runView({ id: 9, private: true, stages: { [stage]: passed } }));
      const { pathname, search } = new URL(createLinks(site.url, SIGNING_KEY).stage(9, stage, true));
      const page = await site.ask(pathname + search);
      expect(page.status).toBe(200);
      const log = /href="([^"]*\/log\?[^"]*)"/.exec(page.body)?.[1] ?? '';
      expect((await site.ask(log.replaceAll('&amp;', '&').replaceAll('&#39;', "'"))).status).toBe(200);
    },
  );
});
