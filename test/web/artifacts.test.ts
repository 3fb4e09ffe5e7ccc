import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';

import type { KeptFiles, StageFacts } from '../../src/pipeline/model.js';
import { signRun } from '../../src/web/signature.js';
import { words } from '../content.js';
import { type Answer, SIGNING_KEY, type Site, startSite } from './harness.js';
import { ended, passed, type RunShape, running, runView } from './runs.js';

let site: Site;
let kept: KeptFiles;
beforeEach(async () => {
  site = await startSite();
  kept = { ...(await site.blobs.put(words('a tar of three files'))), files: 3 };
});
afterEach(() => site.stop());

function show(facts: StageFacts, shape: RunShape = {}, stage = 'build'): void {
  site.runs.put(runView({ id: 12, stages: { [stage]: ended({ kind: 'passed' }, facts) }, ...shape }));
}

const download = (stage = 'build', query = ''): Promise<Answer> =>
  site.ask(`/runs/12/stages/${encodeURIComponent(stage)}/artifacts${query}`);

const nameIn = ({ headers }: Answer): string | undefined =>
  /^attachment; filename="([^"]+)"$/.exec(headers['content-disposition'] ?? '')?.[1];

describe('a download', () => {
  test('is the archive as it was kept, under a name that tells where it is from', async () => {
    show({ artifacts: kept });
    const answer = await download();
    expect([answer.status, answer.body]).toEqual([200, 'a tar of three files']);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/gzip',
      'content-length': '20',
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
    });
    expect(nameIn(answer)).toBe('hello-12-build.tar.gz');
    const head = await site.ask('/runs/12/stages/build/artifacts', { method: 'HEAD' });
    expect([head.status, head.headers['content-length'], head.body]).toEqual([200, '20', '']);
  });

  test.each([
    ['lint (node=20, os=alpine)', 'hello-12-lint-node-20-os-alpine.tar.gz'],
    ['a/../"b"\r\nSet-Cookie: x', 'hello-12-a-..-b-Set-Cookie-x.tar.gz'],
    ['grün', 'hello-12-gr-n.tar.gz'],
    ['x'.repeat(300), `hello-12-${'x'.repeat(191)}.tar.gz`],
  ])('of the stage %j has a name that is one', async (stage, name) => {
    show({ artifacts: kept }, {}, stage);
    expect(nameIn(await download(stage))).toBe(name);
  });

  test('of a private repository needs the right to see it', async () => {
    show({ artifacts: kept }, { private: true });
    const refused = await download();
    expect(refused.status).toBe(404);
    expect(refused.body).not.toContain('artifacts');
    expect((await download('build', `?sig=${signRun(SIGNING_KEY, 11)}`)).status).toBe(404);
    const answer = await download('build', `?sig=${signRun(SIGNING_KEY, 12)}`);
    expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'private, no-store']);
  });

  test('that breaks in the middle is cut: nobody takes a part for the whole', async () => {
    await site.stop();
    site = await startSite({
      blobs: {
        ...site.blobs,
        get: async () => ({
          bytes: 20,
          content: (async function* () {
            yield await Promise.resolve(Buffer.from('a part'));
            throw new Error('the disk broke');
          })(),
        }),
      },
    });
    show({ artifacts: kept });
    await expect(download()).rejects.toThrow('aborted');
  });
});

describe('what cannot be downloaded says why', () => {
  test('a stage that kept nothing', async () => {
    show({});
    const answer = await download();
    expect(answer.status).toBe(404);
    expect(answer.body).toContain('build has kept no files');
    expect(answer.body).toContain('artifacts in caicloud.yml');
  });

  test('a stage that has not ended', async () => {
    site.runs.put(runView({ id: 12, stages: { build: running } }));
    const answer = await download();
    expect([answer.status, answer.body.includes('It has not ended yet')]).toEqual([404, true]);
  });

  test('files that were removed meanwhile', async () => {
    show({ artifacts: kept });
    await site.blobs.tidy({ unusedMs: 0, bytes: 0 });
    const answer = await download();
    expect(answer.status).toBe(410);
    expect(answer.body).toContain('These files are not kept any more');
  });

  test('a stage or run that is not there', async () => {
    show({ artifacts: kept });
    expect((await download('deploy')).body).toContain('There is no such page');
    expect((await site.ask('/runs/13/stages/build/artifacts')).status).toBe(404);
  });
});

describe('the page of the stage', () => {
  const page = async (): Promise<string> => (await site.ask('/runs/12/stages/build')).body;

  test('links what it kept, with how much it is', async () => {
    show({ artifacts: { ...kept, bytes: 1_258_291 } });
    expect(await page()).toContain('<a href="/runs/12/stages/build/artifacts">Download 3 files, 1.2 MiB</a>');
    show({});
    expect(await page()).not.toContain('Artifacts');
  });

  test('names the run whose result it used again', async () => {
    show({ reusedFrom: { run: 5, stage: 'lint (node=20)' } });
    expect(await page()).toMatch(
      /<a href="\/runs\/5\/stages\/lint%20\(node%3D20\)">of run 5<\/a>,\s+used again/,
    );
  });

  test('of a private repository links with the right to see it, and nothing else', async () => {
    show({ artifacts: kept, reusedFrom: { run: 5, stage: 'build' } }, { private: true });
    const { body } = await site.ask(`/runs/12/stages/build?sig=${signRun(SIGNING_KEY, 12)}`);
    expect(body).toContain(`/runs/12/stages/build/artifacts?sig=${signRun(SIGNING_KEY, 12)}`);
    // The link to one run is no right to see another.
    expect(body).toContain('"/runs/5/stages/build"');
  });
});

test('the API says what a stage kept, and what it used again', async () => {
  const stages = {
    build: ended({ kind: 'passed' }, { artifacts: kept }),
    lint: ended({ kind: 'passed' }, { reusedFrom: { run: 5, stage: 'lint' } }),
    test: passed,
    deploy: running,
  };
  site.runs.put(runView({ id: 12, stages }));
  const answer = JSON.parse((await site.ask('/api/runs/12')).body) as {
    readonly stages: readonly { readonly artifacts: unknown; readonly reused_from: unknown }[];
  };
  expect(answer.stages.map(({ artifacts }) => artifacts)).toEqual([
    {
      archive_download_url: 'https://ci.example/runs/12/stages/build/artifacts',
      size_in_bytes: 20,
      digest: kept.digest,
      files: 3,
    },
    null,
    null,
    null,
  ]);
  expect(answer.stages.map(({ reused_from }) => reused_from)).toEqual([
    null,
    { run: 5, stage: 'lint' },
    null,
    null,
  ]);
});
