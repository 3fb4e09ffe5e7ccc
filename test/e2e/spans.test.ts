import { describe, expect, test } from '@jest/globals';
import type { ApiPhase, ApiRunWithStages, ApiStage } from '../../src/web/api-shapes.js';
import { gitPush } from './support/push.js';
import { scenario } from './support/scenario.js';
import { useWorld } from './support/use-world.js';

const world = useWorld();

async function text(path: string): Promise<string> {
  return (await fetch(world.server().url + path)).text();
}

const names = (phases: readonly ApiPhase[]): readonly string[] => phases.map(({ name }) => name);

/** Of a histogram, the count of one series. */
async function counted(series: string): Promise<number> {
  const line = (await text('/metrics')).split('\n').find((one) => one.startsWith(`${series} `));
  return Number(line?.split(' ')[1] ?? 0);
}

describe('where the time of a run went', () => {
  test('is told phase by phase, each inside its stage, by the API, the page and the metrics', async () => {
    const files = await scenario('whole-chain');
    const sha = await gitPush(world.github, { repository: 'acme/spans', files, tag: 'v1.0.0' });
    const checks = await world.concluded('acme/spans', sha);
    const id = checks.get('cyclone')?.state.externalId?.split('/')[0] ?? '';
    const run = JSON.parse(await text(`/api/runs/${id}`)) as ApiRunWithStages;

    const own = (stage: ApiStage): readonly ApiPhase[] =>
      stage.phases.filter(({ name }) => name !== 'report');
    const phases = Object.fromEntries(run.stages.map((stage) => [stage.name, names(own(stage))]));
    expect(phases).toMatchObject({
      pre_build: expect.arrayContaining(['checkout', 'prepare', 'run', 'outputs']),
      build: expect.arrayContaining(['build']),
      integration: expect.arrayContaining(['prepare', 'services', 'run']),
      publish: expect.arrayContaining(['push']),
      deploy: [],
    });
    for (const stage of run.stages) {
      const [from, to] = [Date.parse(stage.started_at ?? ''), Date.parse(stage.completed_at ?? '')];
      const outside = own(stage).filter(({ started_at: began, duration_ms: ms }) => {
        return Date.parse(began) < from || ms < 0 || Date.parse(began) + ms > to;
      });
      expect(outside).toEqual([]);
    }
    // GitHub knew the first end before the last one was.
    const [first] = run.stages;
    expect(first?.phases.at(-1)).toMatchObject({ name: 'report', started_at: first?.completed_at });
    const [job] = run.jobs;
    expect(names(job?.phases ?? []).slice(0, 2)).toEqual(['queue', 'lease']);
    expect(names(job?.phases ?? [])).toEqual(expect.arrayContaining(['checkout', 'pull', 'arm']));
    expect(job?.phases.filter(({ duration_ms: ms }) => ms < 0)).toEqual([]);

    const page = await text(`/runs/${id}`);
    expect(page).toMatch(/<table class="phases">.*chain, beside its stages.*queue.*pre_build.*outputs/s);

    expect(await counted('cyclone_stage_phase_seconds_count{phase="push"}')).toBe(1);
    expect(await counted('cyclone_queue_wait_seconds_count')).toBe(1);
    expect(await counted('cyclone_webhook_answer_seconds_count{status="202"}')).toBeGreaterThan(0);
    // Six checks of stages, and the run's.
    expect(await counted('cyclone_github_report_seconds_count')).toBe(7);
  }, 90_000);
});
