import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { tag } from '../pipeline/examples.js';
import { matrix, planOf, stage } from '../pipeline/graph/definitions.js';
import { type Site, startSite } from './harness.js';
import { ended, NOON, passed, queued, running, runView } from './runs.js';

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.stop());

/** What a person reads: tags gone, spaces joined. */
async function read(path: string): Promise<string> {
  const { body } = await site.ask(path);
  return body
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

const failed = ended({
  kind: 'failed',
  failure: { code: 'exit', message: '', exitCode: 1, command: { index: 3, total: 5, text: 'go test ./...' } },
});
const skipped = ended({
  kind: 'skipped',
  reason: { kind: 'earlier_stage', stage: 'integration', message: 'an earlier stage failed' },
});

describe('the page of a run', () => {
  test('says what ran, what it did and why', async () => {
    site.runs.put(
      runView({
        stages: { pre_build: passed, integration: failed, publish: skipped },
        run: {
          status: 'completed',
          conclusion: 'failure',
          reason: '1 of 3 stages failed',
          completedAt: NOON,
        },
        issues: [
          {
            code: 'unknown-key',
            severity: 'warning',
            message: 'unknown key "postbuild"',
            hint: 'did you mean post_build?',
            line: 14,
            column: 1,
          },
        ],
      }),
    );
    const text = await read('/runs/1');
    expect(text).toContain('acme/hello');
    expect(text).toContain('4c2d9aa on main');
    expect(text).toContain('alice');
    expect(text).toContain('failed · 1 of 3 stages failed');
    expect(text).toMatch(/passed pre_build 40 s/);
    expect(text).toMatch(/failed integration command 3 of 5: go test \.\/\.\.\. exited 1 40 s/);
    expect(text).toMatch(/skipped publish an earlier stage failed/);
    expect(text).toContain(
      'caicloud.yml line 14 · warning: unknown key "postbuild" did you mean post_build?'.replace(
        /"/g,
        '&quot;',
      ),
    );
    const { body } = await site.ask('/runs/1');
    expect(body).toContain(
      'href="https://github.example/acme/hello/commit/4c2d9aa1c0ffee0000000000000000000000beef"',
    );
    expect(body).toContain('caicloud.yml#L14"');
    expect(body).not.toContain('data-state');
  });

  test('shows what waits for what, the cells of a matrix under one head, and what is left out', async () => {
    const n = (count: number) => matrix({ n: Array.from({ length: count }, (_, index) => String(index)) });
    const plan = planOf(
      [
        stage('build'),
        stage('publish'),
        stage('lint'),
        stage('few', { matrix: n(3), needs: ['lint'] }),
        stage('many', { matrix: n(20) }),
        stage('last', { needs: ['few', 'build'] }),
        stage('docs', { when: { branch: ['docs'] } }),
      ],
      tag('v1'),
    );
    const many = plan.stages.filter(({ name }) => name === 'many');
    site.runs.put(
      runView({
        plan,
        stages: {
          build: passed,
          publish: queued,
          lint: passed,
          'few (n=0)': passed,
          'few (n=1)': failed,
          'few (n=2)': running,
          ...Object.fromEntries(many.map(({ id }) => [id, passed])),
          last: { status: 'queued', waits: 'a worker with the label gpu' },
          docs: ended({ kind: 'skipped', reason: { kind: 'condition', message: 'runs on branch docs' } }),
        },
      }),
    );
    const text = await read('/runs/1');
    expect(text).toMatch(
      /One after the other ✓ passed build 40 s ○ queued publish after last, many \(20 cells\)/,
    );
    expect(text).toMatch(/Beside them ✓ passed lint 40 s ✗ failed few 1 of 3 cells passed · after lint 48 s/);
    expect(text).toMatch(/✗ failed few \(n=1\) command 3 of 5: go test \.\/\.\.\. exited 1 40 s/);
    expect(text).toMatch(/✓ passed many 20 of 20 cells passed 40 s/);
    expect(text).toMatch(/queued last waits for a worker with the label gpu/);
    expect(text).toMatch(/Left out – skipped docs runs on branch docs/);
    const { body } = await site.ask('/runs/1');
    const open = [...body.matchAll(/<details (open="" )?id="cells-\w+" data-keep="(\w+)"/g)].map((found) =>
      found.slice(1),
    );
    expect(open).toEqual([
      ['open="" ', 'few'],
      [undefined, 'many'],
    ]);
  });

  test('says where it hears of changes, and counts from the server’s time', async () => {
    site.runs.put(runView({ stages: { a: running } }));
    const { body } = await site.ask('/runs/1');
    expect(body).toContain(`<main id="content" data-events="/runs/1/events" data-now="${NOON}">`);
    expect(body).toContain(`<span class="number" data-since="${NOON - 48_000}">48 s</span>`);
  });

  test.each([
    [
      'a pull request of a fork',
      { event: 'pull_request', pullRequest: 7, fork: true } as const,
      'pull request #7',
    ],
    ['a tag', { event: 'tag', tag: 'v1.0', ref: 'refs/tags/v1.0' } as const, 'tag v1.0'],
  ])('names %s', async (_name, trigger, words) => {
    site.runs.put(runView({ trigger }));
    expect(await read('/runs/1')).toContain(words);
  });

  test('with nothing planned says where to look', async () => {
    site.runs.put(runView({ stages: {} }));
    expect(await read('/runs/1')).toContain('Nothing was planned');
  });
});

describe('what strangers wrote stays text', () => {
  const nasty = '"><script>alert(1)</script><img src=x onerror=alert(1)>';

  test('in a log: markup, links, overwriting, unclosed colours, turned text', async () => {
    site.runs.put(runView({ stages: { test: passed } }));
    const log = [
      nasty,
      '</pre><script>alert(2)</script>',
      '\x1b]8;;javascript:alert(3)\x1b\\click\x1b]8;;\x1b\\',
      '\x1b]8;;javascript:alert(4)', // never ended
      'rm -rf /\rall is well',
      '\x1b[31;1mred and never reset',
      '\x9b32mC1 \x9d8;;javascript:x\x9cdone',
      'access\u202e nimda',
      '\0\x07\x08bell',
    ].join('\n');
    await site.print(1, 'test', log);
    const { body, headers } = await site.ask('/runs/1/stages/test');
    expect(body.match(/<script/g)).toHaveLength(1);
    expect(body).not.toMatch(/<img src=x|javascript:|(?![\t\n])\p{Cc}|\u202e/u);
    for (const words of [
      '\nclick\n',
      'rm -rf /\nall is well',
      '\nred and never reset\n',
      'C1 done',
      'access&lt;U+202E&gt; nimda',
      '\nbell\n',
    ]) {
      expect(body).toContain(words);
    }
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
    );
  });

  test('in names, titles, reasons, issues and addresses', async () => {
    const stage = nasty.replaceAll('/', '÷');
    site.runs.put(
      runView({
        stages: { [stage]: ended({ kind: 'neutral', message: nasty }, { notes: [nasty], image: nasty }) },
        run: { status: 'completed', conclusion: 'neutral', reason: nasty, completedAt: NOON },
        trigger: { title: nasty, sender: nasty, branch: nasty },
        repository: { name: nasty, htmlUrl: 'javascript:alert(1)' },
        issues: [{ code: nasty, severity: 'error', message: nasty, hint: nasty, line: 1, column: 1 }],
      }),
    );
    for (const path of ['/', '/runs/1', `/runs/1/stages/${encodeURIComponent(stage)}`]) {
      const { status, body } = await site.ask(path);
      expect(status).toBe(200);
      expect(body.match(/<script/g)).toHaveLength(1);
      expect(body).not.toMatch(/<img src=x|href="javascript:/i);
    }
  });

  test('in an address that does not exist', async () => {
    const { status, body } = await site.ask(`/${encodeURIComponent(nasty)}?${encodeURIComponent(nasty)}`);
    expect(status).toBe(404);
    expect(body).not.toContain('alert');
  });
});

describe('the list', () => {
  test('has pages', async () => {
    for (let id = 1; id <= 70; id += 1) site.runs.put(runView({ id, trigger: { title: `number ${id}.` } }));
    expect(await read('/')).toMatch(/number 70\..*number 41\. /);
    expect((await site.ask('/')).body).toContain('href="/?page=2"');
    const last = (await site.ask('/?page=3')).body;
    expect(last).toContain('number 1.');
    expect(last).not.toContain('page=4');
    expect(await read('/?page=9')).toContain('There are no older runs');
  });

  test('that is empty says how to begin', async () => {
    expect(await read('/')).toContain('There is no run yet');
  });
});

describe('every answer', () => {
  test.each(['/', '/nowhere', '/runs/x', '/healthz', '/metrics', '/api/runs', '/api/nowhere'])(
    '%s has the headers that keep a page alone',
    async (path) => {
      const { headers } = await site.ask(path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'strict-transport-security': expect.stringContaining('max-age'),
      });
      expect(headers['x-powered-by']).toBeUndefined();
    },
  );

  test('asks nothing of other hosts', async () => {
    site.runs.put(runView());
    for (const path of ['/', '/runs/1', '/runs/1/stages/pre_build', '/nowhere']) {
      const { body } = await site.ask(path);
      expect(body).not.toMatch(/(src|action)="https?:|<link[^>]*href="https?:|style="|<style|onclick/);
    }
  });

  test('assets may be kept for ever, and their names change with them', async () => {
    const { body } = await site.ask('/');
    const names = [...body.matchAll(/(?:href|src)="(\/assets\/(?!client-)[^"]+)"/g)].map(
      ([, name = '']) => name,
    );
    expect(new Set(names).size).toBe(2);
    for (const name of names) {
      const { status, headers } = await site.ask(name);
      expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
    expect((await site.ask('/assets/style-000000000000.css')).status).toBe(404);
  });

  test('a failure of ours says what to do, and its cause only to the log', async () => {
    await site.stop();
    const fail = async (): Promise<never> => {
      throw new Error('SQL is away at 10.0.0.7');
    };
    site = await startSite({ queries: { run: fail, runs: fail } });
    for (const path of ['/', '/runs/1?sig=abc', '/api/runs']) {
      const { status, body } = await site.ask(path);
      expect(status).toBe(500);
      expect(body).toContain('Something broke here');
      expect(body).not.toContain('10.0.0.7');
    }
    expect(site.errors).toHaveLength(3);
    expect(JSON.stringify(site.errors)).not.toContain('sig=');
  });

  test('pages below a path link below it', async () => {
    await site.stop();
    site = await startSite({ publicUrl: 'http://ci.example/cyclone/' });
    site.runs.put(runView());
    const { body, headers } = await site.ask('/');
    expect(body).toContain('href="/cyclone/runs/1"');
    expect(body).toContain('href="/cyclone/assets/style-');
    expect(headers['strict-transport-security']).toBeUndefined();
  });
});
