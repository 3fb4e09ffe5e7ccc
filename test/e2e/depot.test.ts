import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { ApiRunWithStages } from '../../src/web/api-run.js';
import { type Apart, openApart } from './support/apart.js';
import { gitPush } from './support/push.js';
import { conclusions, type World } from './support/world.js';

const run = promisify(execFile);

let apart: Apart;
let world: World;
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'cyclone-download-'));
  apart = await openApart();
  world = apart.world;
  await world.start({ CYCLONE_ROLE: 'server' });
}, 60_000);
afterEach(async () => {
  await apart.close();
  await rm(directory, { recursive: true });
}, 60_000);

/** At the address where the server really is: links lead to where people find it. */
const here = (link: string): string => {
  const { pathname, search } = new URL(link, 'http://cyclone.example');
  return `${world.server().url}${pathname}${search}`;
};

/** The files of an archive, by name. */
async function unpacked(archive: Response): Promise<Record<string, string>> {
  const name = path.join(directory, 'archive.tar.gz');
  await writeFile(name, Buffer.from(await archive.arrayBuffer()));
  const files = path.join(directory, 'files');
  await rm(files, { recursive: true, force: true });
  await run('mkdir', [files]);
  await run('tar', ['-xzf', name, '-C', files]);
  const entries = await readdir(files, { recursive: true, withFileTypes: true });
  const texts = entries
    .filter((entry) => entry.isFile())
    .map(async ({ parentPath, name: file }) => {
      const full = path.join(parentPath, file);
      return [path.relative(files, full), await readFile(full, 'utf8')] as const;
    });
  return Object.fromEntries(await Promise.all(texts));
}

const linkIn = (summary: string | undefined, words: RegExp): string =>
  new RegExp(`\\[${words.source}\\]\\(<([^>]+)>\\)`).exec(summary ?? '')?.[1] ?? '';

test('what one machine keeps another finds, and people download: artifacts, caches and results', async () => {
  await Promise.all([
    apart.startWorker('one', { CYCLONE_LABELS: 'one' }),
    apart.startWorker('two', { CYCLONE_LABELS: 'two' }),
  ]);
  const pipeline = (use: string): string => `stages:
  make:
    image: cyclone-test/busybox:1
    commands:
      - ls -R dist store 2>/dev/null || echo nothing here
      - mkdir -p dist/css store
      - echo "made in run $CYCLONE_RUN" > dist/app.js
      - echo body > dist/css/main.css
      - echo "kept in run $CYCLONE_RUN" > store/kept
    artifacts: [dist]
    cache: { key: things, paths: [store] }
    inputs: [source]
    runs_on: one
  use:
    image: cyclone-test/busybox:1
    commands: ['cat dist/app.js dist/css/main.css', 'cat store/kept || true', 'echo ${use}']
    cache: { key: things, paths: [store] }
    needs: [make]
    runs_on: two
`;
  const repository = 'acme/depot';
  const first = await gitPush(world.github, {
    repository,
    files: { 'caicloud.yml': pipeline('first'), source: 'one' },
    private: true,
  });
  const checks = await world.concluded(repository, first);
  expect(conclusions(checks)).toEqual({
    cyclone: 'success',
    'cyclone/make': 'success',
    'cyclone/use': 'success',
  });
  const used = checks.get('cyclone/use')?.state.text ?? '';
  expect(used).toContain('made in run 1\nbody');
  // The cache of the stage before it, which another machine wrote a moment ago.
  expect(used).toContain('kept in run 1');

  // The way of a person: from the check to the archive, with the right to see it and not without.
  const summary = checks.get('cyclone/make')?.state.summary ?? undefined;
  const link = linkIn(summary, /2 files, \d+ B/);
  const answer = await fetch(here(link));
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-disposition')).toBe('attachment; filename="depot-1-make.tar.gz"');
  expect(await unpacked(answer)).toEqual({ 'dist/app.js': 'made in run 1\n', 'dist/css/main.css': 'body\n' });
  expect((await fetch(here(link).replace(/\?.*/, ''))).status).toBe(404);

  // Nothing that `make` reads has changed: its result is used again, on a machine that never had it.
  await apart.startWorker('three', { CYCLONE_LABELS: 'one,two' });
  const second = await gitPush(world.github, {
    repository,
    files: { 'caicloud.yml': pipeline('second'), source: 'one' },
  });
  const again = await world.concluded(repository, second);
  expect(conclusions(again)).toMatchObject({ cyclone: 'success' });
  expect(again.get('cyclone/use')?.state.text).toContain('made in run 1\nbody');
  const reused = again.get('cyclone/make')?.state;
  expect(reused?.title).toContain('run 1');
  expect(new URL(linkIn(reused?.summary ?? undefined, /of run 1/)).pathname).toBe('/runs/1/stages/make');

  const details = again.get('cyclone')?.state.detailsUrl ?? '';
  const { pathname, search } = new URL(details);
  const api = (await (await fetch(here(`/api${pathname}${search}`))).json()) as ApiRunWithStages;
  expect(api.stages.map(({ name, reused_from }) => [name, reused_from])).toEqual([
    ['make', { run: 1, stage: 'make' }],
    ['use', null],
  ]);
  const kept = await fetch(here(api.stages[0]?.artifacts?.archive_download_url ?? ''));
  expect(await unpacked(kept)).toMatchObject({ 'dist/app.js': 'made in run 1\n' });
}, 120_000);
