import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import { LogRemoved } from '../../../src/logs/ports.js';
import type { PlannedStage, StageState } from '../../../src/pipeline/model.js';
import { createAddresses } from '../../../src/web/links.js';
import { StagePage } from '../../../src/web/pages/stage.js';
import { type Site, startSite } from '../harness.js';
import { ended, NOON, passed, running, runView } from '../runs.js';

let site: Site;
beforeEach(async () => {
  site = await startSite();
});
afterEach(() => site.stop());

const path = '/runs/1/stages/test';

/** What a person reads: tags gone, spaces joined. */
async function read(): Promise<string> {
  const { body } = await site.ask(path);
  return body
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

const failed = ended({ kind: 'failed', failure: { code: 'exit', message: '', exitCode: 1 } });

describe('the page of a stage', () => {
  test('shows facts and the log', async () => {
    const facts = {
      image: 'golang:1',
      imageDigest: 'sha256:aa',
      exitCode: 0,
      services: ['db'],
      notes: ['db died early'],
      spans: { pull: 1500, run: 38_500 },
    };
    site.runs.put(runView({ stages: { test: ended({ kind: 'passed' }, facts) } }));
    await site.print(1, 'test', 'one\ntwo');
    const text = await read();
    for (const words of [
      'golang:1',
      'sha256:aa',
      'db died early',
      'pull 1.5 s, run 39 s',
      '4c2d9aa on main',
      'one two',
      '(7 B)',
    ]) {
      expect(text).toContain(words);
    }
  });

  test('shows the last 2,000 lines of a long log and says so', async () => {
    site.runs.put(runView({ stages: { test: passed } }));
    await site.print(1, 'test', Array.from({ length: 5000 }, (_, line) => `line ${line}\n`).join(''));
    const { body } = await site.ask(path);
    expect(body).toContain('its last 2000 lines');
    expect(body.match(/^line \d+$/gm)).toHaveLength(2000);
    expect(body).toContain('line 3000\n');
    expect(body).not.toContain('line 2999\n');
  });

  test('of a running stage ends with a whole line', async () => {
    site.runs.put(runView({ stages: { test: running } }));
    await site.print(1, 'test', 'one\ntw');
    expect((await site.ask(path)).body).toContain('>\none\n</pre>');
  });

  test('of nothing printed says so', async () => {
    site.runs.put(runView({ stages: { test: passed } }));
    expect(await read()).toContain('Nothing was printed');
  });

  test('of a log that was removed says so', async () => {
    site.runs.put(runView({ stages: { test: passed } }));
    await site.print(1, 'test', 'one\n');
    Object.assign(site.archive, {
      size: async () => {
        throw new LogRemoved('too old');
      },
    });
    const { status, body } = await site.ask(path);
    expect([status, body.includes('not kept any more'), body.includes('data-log=')]).toEqual([
      200,
      true,
      false,
    ]);
  });

  test('of a log that cannot be read says so, and all else is there', async () => {
    site.runs.put(runView({ stages: { test: passed } }));
    await site.print(1, 'test', 'one\n');
    Object.assign(site.archive, {
      size: async () => {
        throw new Error('the store of logs does not answer');
      },
    });
    const { status, body } = await site.ask(path);
    expect([status, body.includes('cannot be read now'), body.includes('data-log=')]).toEqual([
      200,
      true,
      false,
    ]);
    expect(body).not.toContain('the store of logs');
  });
});

describe('the cause', () => {
  const text = Array.from({ length: 9 }, (_, index) => `<b>line ${index}</b>`).join('\n');

  test('of a failure is quoted above the log, with where it stands', async () => {
    await site.stop();
    const asked: unknown[] = [];
    site = await startSite({
      causes: {
        of: async (run, stage) => {
          asked.push([run, stage]);
          return { line: 41, lines: 9, kind: 'test', text };
        },
      },
    });
    site.runs.put(runView({ stages: { test: failed } }));
    const { body } = await site.ask(path);
    expect(body).toContain('<a href="#L41">line 41</a>');
    expect(body).toContain('&lt;b&gt;line 5&lt;/b&gt;</pre>');
    expect(body).toContain('and 3 lines more');
    expect(body).not.toContain('<b>');
    expect(asked).toEqual([[1, 'test']]);
  });

  test('leads to what is different from when it passed, where it ever did', async () => {
    const causes = { of: async () => ({ line: 1, lines: 1, kind: 'test', text: 'boom' }) };
    await site.stop();
    site = await startSite({ causes });
    site.runs.put(runView({ id: 2, stages: { test: failed } }));
    const different = 'what is different from when it passed';
    expect((await site.ask('/runs/2/stages/test')).body).not.toContain(different);
    site.runs.put(runView({ id: 1, stages: { test: passed } }));
    expect((await site.ask('/runs/2/stages/test')).body).toContain(different);
  });

  test('that nobody knows is not spoken of', async () => {
    site.runs.put(runView({ stages: { test: failed } }));
    expect(await read()).not.toMatch(/cause/i);
  });
});

describe('buttons', () => {
  const view = runView({ stages: { test: passed } });
  const viewer = { login: 'alice', csrf: 'c-1' };
  const page = async (more: { readonly mayAct: boolean; readonly state?: StageState }): Promise<string> => {
    const made: string = await StagePage({
      view,
      stage: view.plan.stages[0] as PlannedStage,
      state: passed,
      frame: { addresses: createAddresses('/ci', undefined), viewer, signIn: undefined },
      excerpt: { text: '', lines: 0, isCut: false, isRemoved: false, isUnreadable: false, size: 0 },
      now: NOON,
      ...more,
    });
    // Its type says text, but it is an object that becomes one.
    return ''.concat(made);
  };

  test('re-run what is over, and cancel what is not', async () => {
    expect(await page({ mayAct: true })).toContain('action="/ci/runs/1/stages/test/rerun"');
    expect(await page({ mayAct: true })).toContain('name="csrf" value="c-1"');
    expect(await page({ mayAct: true, state: running })).toContain('action="/ci/runs/1/cancel"');
  });

  test('are for those who may', async () => {
    expect(await page({ mayAct: false })).not.toContain('/rerun');
  });
});
