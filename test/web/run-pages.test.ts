import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type Site, startSite } from './harness.js';
import { startPeopled } from './people.js';
import { rowsOf } from './rows.js';
import { ended, NOON, passed, queued, repository, running, runView } from './runs.js';

let site: Site;
beforeEach(async () => {
  site = await startSite({
    floor: {
      workers: async () => [
        { id: 'w-1', labels: ['gpu', 'linux'], host: 'oak', busy: 1, hands: 4, since: NOON - 60_000 },
        {
          id: 'w-2',
          labels: ['linux'],
          host: undefined,
          busy: undefined,
          hands: undefined,
          since: undefined,
        },
      ],
      queues: async () => [
        { labels: [], waiting: 0, oldestAt: undefined },
        { labels: ['arm64', 'gpu'], waiting: 2, oldestAt: NOON - 95_000 },
      ],
    },
  });
});
afterEach(() => site.stop());

/** What a person reads: tags gone, spaces joined. */
async function read(path: string): Promise<string> {
  const { body } = await site.ask(path);
  return body
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<title>.*?<\/title>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const over = (conclusion: 'success' | 'failure', lasted = 40_000) =>
  ({
    status: 'completed',
    conclusion,
    reason: '',
    startedAt: NOON - 60_000,
    completedAt: NOON - 60_000 + lasted,
  }) as const;

describe('the first page', () => {
  test('shows what goes on, what waits for workers, and to strangers no names of machines', async () => {
    site.runs.put(runView({ id: 1, run: over('success') }));
    site.runs.put(runView({ id: 2, trigger: { title: 'Goes on' } }));
    const text = await read('/');
    expect(text).toContain('2 workers: 1 busy, 1 idle.');
    expect(text).toContain('2 jobs wait for a worker with arm64, gpu, the first for 1 min 35 s');
    expect(text.indexOf('Goes on')).toBeLessThan(text.indexOf('Runs'));
    for (const name of ['oak', 'w-1']) expect(text).not.toContain(name);
    expect((await site.ask('/')).body).toContain('data-events="/events"');
  });

  test('shows the workers to people who are signed in', async () => {
    const workers = [
      { id: 'w-1', labels: ['gpu'], host: 'oak', busy: 1, hands: 4, since: NOON - 60_000 },
      { id: 'w-2', labels: [], host: undefined, busy: undefined, hands: undefined, since: undefined },
    ];
    const world = await startPeopled({ floor: { workers: async () => workers, queues: async () => [] } });
    try {
      const { body } = await world.site.ask('/', { headers: { cookie: await world.signIn('rita') } });
      const words = body.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
      expect(words).toContain('w-1 1 of 4 gpu oak 1 min ago w-2 does not say');
    } finally {
      await world.stop();
    }
  });

  test('shows no private run', async () => {
    site.runs.put(runView({ id: 1, private: true, trigger: { title: 'Hush' } }));
    expect(await read('/')).not.toContain('Hush');
  });

  test('says so when the queue cannot be looked at, and shows the runs', async () => {
    await site.stop();
    const away = async (): Promise<never> => {
      throw new Error('Redis is away');
    };
    site = await startSite({ floor: { workers: away, queues: away } });
    site.runs.put(runView({ id: 2, trigger: { title: 'Goes on' } }));
    const text = await read('/');
    expect(text).toContain('The queue cannot be looked at now.');
    expect(text).toContain('Goes on');
    expect(site.errors.map(({ message }) => message)).toEqual(['workers and queues could not be looked at']);
  });
});

describe('the page of a run', () => {
  test('says why it ran, who approved it, what it kept, and what stands beside it', async () => {
    const artifacts = { digest: 'sha256:aa', bytes: 2048, files: 3 };
    site.runs.put(runView({ id: 1, run: over('failure') }));
    const view = runView({
      id: 2,
      stages: { pre_build: ended({ kind: 'passed' }, { artifacts, tries: 3 }), build: queued },
      trigger: { event: 'pull_request', base: 'main', action: 'synchronize', fork: true },
    });
    const stages = view.progress.stages.map((one) =>
      one.id === 'build' ? { ...one, again: { by: 'bob', at: NOON - 120_000 } } : one,
    );
    const allowed = { by: 'carol', at: NOON - 300_000 };
    site.runs.put({ ...view, progress: { ...view.progress, stages, allowed } });
    const text = await read('/runs/2');
    expect(text).toContain('Why a pull request to main, synchronize');
    expect(text).toContain('alice, from a fork');
    expect(text).toContain('Approved by carol 5 min ago');
    expect(text).toContain('Again a stage was run again by bob 2 min ago');
    expect(text).toContain('Download those of pre_build 3 files, 2 KiB');
    expect(text).toMatch(/before it run 1 ✗ failed/);
    expect(text).toMatch(/passed pre_build on try 3/);
  });

  test('quotes why stages failed, with the way to the line, and counts failures while it goes on', async () => {
    await site.stop();
    const failed = ended({ kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } });
    site = await startSite({
      causes: {
        of: async (run, stage) => {
          if (stage === 'slow') return new Promise(() => undefined);
          return { line: 41, lines: 2, kind: 'compiler', text: `${run}: <x> undefined\nnote` };
        },
      },
      clock: { now: () => NOON, sleep: async () => undefined },
    });
    site.runs.put(runView({ stages: { build: failed, slow: failed, lint: passed, test: running } }));
    const { body } = await site.ask('/runs/1');
    expect(body).toContain('href="/runs/1/stages/build#L41"><code>1: &lt;x&gt; undefined</code></a>');
    expect(body.match(/class="quote"/g)).toHaveLength(1);
    expect(await read('/runs/1')).toContain('● running · 2 failed so far');
  });

  test('draws what follows what, in words too', async () => {
    const view = runView({ stages: { a: passed, b: running, '<c>': queued } });
    const jobs = [{ id: 'chain', stages: ['a', 'b', '<c>'], needs: [] }];
    site.runs.put({ ...view, plan: { ...view.plan, jobs } });
    const { body } = await site.ask('/runs/1');
    expect(body.match(/<path class="edge"/g)).toHaveLength(2);
    expect(body).toContain('<title>b: running, 48 s</title>');
    expect(body).toContain('<title>&lt;c&gt;: queued</title>');
    expect(body).not.toContain('<c>');
  });
});

describe('buttons', () => {
  test('are for who may write, and for the state that the run is in', async () => {
    const world = await startPeopled();
    try {
      world.site.runs.put(runView({ id: 1 }));
      world.site.runs.put(
        runView({ id: 2, stages: { a: ended({ kind: 'cancelled', by: 'x' }) }, run: over('failure') }),
      );
      const waits = { ...over('success'), conclusion: 'action_required' } as const;
      world.site.runs.put(runView({ id: 3, run: waits }));
      world.github.roles.set('wanda', 'write');
      world.github.roles.set('rita', 'read');
      const actions = async (path: string, login?: string): Promise<readonly string[]> => {
        const headers = login === undefined ? {} : { cookie: await world.signIn(login) };
        const { body } = await world.site.ask(path, { headers });
        return [...body.matchAll(/<form method="post" action="\/runs\/\d+\/([\w-]+)"/g)].map(
          ([, to = '']) => to,
        );
      };
      expect(await actions('/runs/1', 'wanda')).toEqual(['cancel']);
      expect(await actions('/runs/2', 'wanda')).toEqual(['rerun-failed', 'rerun']);
      expect(await actions('/runs/3', 'wanda')).toEqual(['allow']);
      expect(await actions('/runs/1', 'rita')).toEqual([]);
      expect(await actions('/runs/1')).toEqual([]);
    } finally {
      await world.stop();
    }
  });
});

describe('the page of a repository', () => {
  test('shows its branch, its runs in numbers, its stages and its badge', async () => {
    site.runs.put(runView({ id: 1, run: over('failure', 20_000) }));
    site.runs.put(runView({ id: 2, run: over('success', 40_000) }));
    site.runs.put(runView({ id: 3, repository: { id: 2, name: 'other' }, trigger: { title: 'Elsewhere' } }));
    const text = await read('/repos/acme/hello');
    expect(text).toMatch(/main: ✓ passed in run 2 , 1 min ago/);
    expect(text).toContain('50 % passed: 1 of 2');
    expect(text).toContain('half of them within 20 s , 95 of 100 within 40 s');
    expect(text).toMatch(/2026-11-22 1 1 20 s 40 s/);
    expect(text).toMatch(/Slowest stages integration 48 s .*pre_build 8 s/);
    expect(text).toMatch(/Flaky stages integration 3 of 12 runs passed after it had failed/);
    expect(text).not.toContain('Elsewhere');
    const { body } = await site.ask('/repos/acme/hello');
    expect(body).toContain(
      'value="[![cyclone](https://ci.example/badge/acme/hello.svg)](https://ci.example/repos/acme/hello)"',
    );
  });

  test.each([
    ['branch=side', [4]],
    ['status=failed', [1]],
    ['status=running', [3]],
    ['event=tag', [5]],
    ['who=%40bob', [4]],
    ['who=bob&status=failed', []],
    ['status=nonsense&event=%3Cb%3E', [5, 4, 3, 2, 1]],
  ])('asked for %s holds that', async (query, expected) => {
    site.runs.put(runView({ id: 1, run: over('failure') }));
    site.runs.put(runView({ id: 2, run: over('success') }));
    site.runs.put(runView({ id: 3 }));
    site.runs.put(runView({ id: 4, run: over('success'), trigger: { branch: 'side', sender: 'bob' } }));
    site.runs.put(runView({ id: 5, run: over('success'), trigger: { event: 'tag' } }));
    const { body } = await site.ask(`/repos/acme/hello?${query}`);
    expect(rowsOf(body)).toEqual(expected);
    expect(body).not.toContain('<b>');
  });

  test('goes on to older runs with what was asked for', async () => {
    for (let id = 1; id <= 31; id += 1) site.runs.put(runView({ id, run: over('success') }));
    const { body } = await site.ask('/repos/acme/hello?branch=main&status=passed');
    const next = /rel="next" href="([^"]*)"/.exec(body)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(rowsOf((await site.ask(next)).body)).toEqual([1]);
  });

  test.each(['/repos/acme/nothing', '/repos/acme/secret'])('%s is not there for a stranger', async (path) => {
    site.runs.put(runView({ private: true, repository: { ...repository, name: 'secret', private: true } }));
    expect((await site.ask(path)).status).toBe(404);
  });
});
