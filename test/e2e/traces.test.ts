import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type CollectedSpan, type Collector, startCollector } from '../fakes/collector/collector.js';
import { gitPush } from './support/push.js';
import { scenario } from './support/scenario.js';
import { openWorld, type World } from './support/world.js';

let world: World;
let collector: Collector;

beforeAll(async () => {
  collector = await startCollector();
  world = await openWorld({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_SERVICE_NAME: 'ci' });
  await world.start();
}, 60_000);
afterAll(async () => {
  await world.close();
  await collector.close();
}, 30_000);

const roots = (): readonly CollectedSpan[] => collector.spans.filter(({ parent }) => parent === undefined);
const below = (one: CollectedSpan | undefined): readonly CollectedSpan[] =>
  collector.spans.filter(({ parent }) => parent !== undefined && parent === one?.id);
const named = (spans: readonly CollectedSpan[], name: string): CollectedSpan | undefined =>
  spans.find((span) => span.name === name);
const names = (spans: readonly CollectedSpan[]): readonly string[] => spans.map(({ name }) => name);

describe('a push', () => {
  test('is one trace, with all stages and what they and their job spent time on', async () => {
    const files = await scenario('whole-chain');
    const sha = await gitPush(world.github, { repository: 'acme/hello', files, tag: 'v1.0.0' });
    await world.concluded('acme/hello', sha);
    await collector.until(() => roots().length === 1);

    expect(collector.complaints).toEqual([]);
    expect(new Set(collector.spans.map(({ traceId }) => traceId)).size).toBe(1);
    const [run] = roots();
    expect(run).toMatchObject({
      name: 'RUN acme/hello',
      attributes: { 'cicd.pipeline.result': 'success', 'cyclone.event': 'tag' },
      status: {},
      resource: {
        'service.name': 'ci',
        'cicd.pipeline.run.url.full': 'http://cyclone.example/runs/1',
        'vcs.ref.head.name': 'v1.0.0',
        'vcs.ref.head.type': 'tag',
        'vcs.ref.head.revision': sha,
      },
    });
    const jobs = below(run).filter(({ name }) => name.startsWith('job '));
    const reports = below(run).filter(({ name }) => name === 'report');
    expect(reports.map(({ attributes }) => attributes['cyclone.detail'] ?? '').toSorted()).toEqual([
      'build',
      'cyclone',
      'deploy',
      'integration',
      'post_build',
      'pre_build',
      'publish',
    ]);
    const inJobs = jobs.flatMap((job) => below(job));
    expect(names(inJobs)).toEqual(expect.arrayContaining(['queue', 'lease', 'checkout', 'pull']));
    const stage = (name: string): CollectedSpan | undefined => named(inJobs, name);
    expect(names(below(stage('pre_build')))).toEqual(expect.arrayContaining(['checkout', 'prepare', 'run']));
    expect(names(below(stage('build')))).toContain('build');
    expect(names(below(stage('integration')))).toEqual(expect.arrayContaining(['services', 'run']));
    expect(names(below(stage('publish')))).toContain('push');
    expect(stage('post_build')?.attributes).toMatchObject({
      'cicd.pipeline.task.run.id': '1/post_build',
      'cicd.pipeline.task.run.result': 'success',
      'cicd.pipeline.task.run.url.full': 'http://cyclone.example/runs/1/stages/post_build',
      'process.exit.code': '0',
    });
    expectNested();
  }, 90_000);

  test('that fails says so, of the stage and of the run', async () => {
    const files = await scenario('failing-stage');
    const sha = await gitPush(world.github, { repository: 'acme/failing', files });
    await world.concluded('acme/failing', sha);
    await collector.until(() => roots().length === 2);
    const failed = { 'error.type': 'exit' };
    const status = { code: 2, message: expect.stringContaining('exited 1') };
    expect(roots()[1]).toMatchObject({
      attributes: failed,
      status: { code: 2, message: 'pre_build failed' },
    });

    expect(
      collector.spans.filter((span) => span.attributes['cicd.pipeline.task.run.result'] === 'failure'),
    ).toEqual([
      expect.objectContaining({ name: 'pre_build', attributes: expect.objectContaining(failed), status }),
    ]);
    expectNested();
  }, 60_000);

  test('while nobody takes traces is one after Cyclone was killed and started again', async () => {
    const away = { status: 503, headers: { 'retry-after': '120' } };
    collector.troubles.push(away);
    const asked = collector.requests.length;
    const files = await scenario('failing-stage');
    const sha = await gitPush(world.github, { repository: 'acme/killed', files });
    await world.concluded('acme/killed', sha);
    await collector.until(() => collector.requests.length > asked);
    expect(roots()).toHaveLength(2);
    await world.server().kill();
    await world.start();
    await collector.until(() => roots().length === 3);
    expect(roots()[2]?.resource['vcs.repository.name']).toBe('killed');
    expectNested();
  }, 90_000);
});

/** Of all that came until now. */
function expectNested(): void {
  const byId = new Map(collector.spans.map((span) => [span.id, span]));
  expect(byId.size).toBe(collector.spans.length);
  for (const { name, begin, end, parent, traceId } of collector.spans) {
    expect(end >= begin ? name : `${name} is negative`).toBe(name);
    if (parent === undefined) continue;
    const above = byId.get(parent);
    expect(above?.traceId).toBe(traceId);
    const isInside = above !== undefined && above.begin <= begin && end <= above.end;
    expect(isInside ? name : `${name} reaches out of ${above?.name ?? 'nothing'}`).toBe(name);
  }
}
