import { describe, expect, test } from '@jest/globals';
import type { ContainerStage, StageOptions } from '../../src/pipeline/model.js';
import type { ContainerCreate, Lease } from '../../src/worker/ports.js';
import type { Program, Running } from '../fakes/engine/fake-container.js';
import { container, createWorld, leaseOf, planned, script, service } from './world.js';

const TOKEN = 'npm_0123456789';
const KEY = '-----BEGIN KEY-----\nMIIEpAIB\n-----END KEY-----\n';
const SECRETS: StageOptions = { secrets: ['TOKEN', 'KEY'] };

function leaseWith(over: Partial<Lease> = {}, spec: ContainerStage = script('true')): Lease {
  return leaseOf([planned('a', spec, { options: SECRETS }), planned('b', script('true'))], {
    secrets: [TOKEN, KEY],
    stageSecrets: { a: { TOKEN, KEY } },
    ...over,
  });
}

/** Writes down what every container was made from. */
function recorder(): { readonly specs: ContainerCreate[]; readonly programs: Record<string, Program> } {
  const specs: ContainerCreate[] = [];
  const record = ({ spec }: Running): number => {
    specs.push(spec);
    return 0;
  };
  return { specs, programs: { a: record, b: record, db: record } };
}

describe('the secrets of a stage', () => {
  test('come with the go-signal, and are in no container’s configuration', async () => {
    const late: string[][] = [];
    const { specs, programs } = recorder();
    const keep: Program = (running) => {
      late.push([...running.late]);
      specs.push(running.spec);
      return 0;
    };
    const world = createWorld({ programs: { ...programs, a: keep, b: keep }, images: { postgres: {} } });
    const spec = { ...script('true'), services: [service('db', { image: 'postgres' })] };
    await world.execute(leaseWith({}, spec));
    expect(late).toEqual([
      ['TOKEN=npm_0123456789', 'KEY=-----BEGIN KEY-----', '=MIIEpAIB', '=-----END KEY-----', '='],
      [],
    ]);
    expect(specs).toHaveLength(3);
    expect(JSON.stringify(specs)).not.toMatch(/npm_0123456789|MIIEpAIB/);
  });

  test('are in the configuration of a container that runs its own command, over what the file says', async () => {
    const { specs, programs } = recorder();
    const world = createWorld({ programs });
    const own = {
      ...script(),
      container: container({ environment: ['TOKEN=of the file'], command: ['run'] }),
    };
    await world.execute(leaseWith({}, own));
    const environments = specs.map(({ environment }) => environment);
    expect(environments[0]).toEqual(expect.arrayContaining([`TOKEN=${TOKEN}`, `KEY=${KEY}`]));
    expect(environments[0]).not.toContain('TOKEN=of the file');
    expect(environments[1]?.join()).not.toContain(TOKEN);
  });

  test('are hidden in what any stage of the job prints', async () => {
    const world = createWorld({
      programs: {
        b: (running) => {
          running.print(`found ${TOKEN.slice(0, 6)}`);
          running.print(`${TOKEN.slice(6)} and MIIEpAIB\n`);
          return 0;
        },
      },
    });
    // Even those that the server forgot to name among what is masked.
    await world.execute(leaseWith({ secrets: [] }));
    expect(world.story.logs.get('b')).toContain('found *** and ***\n');
  });

  test('that are missing fail it before anything of it runs, and it is not tried again', async () => {
    const world = createWorld();
    const missing = ['the server has no secret KEY for acme/api: add it', 'and TOKEN'];
    const options = { ...SECRETS, retry: { max: 3 } };
    const lease = leaseOf([planned('a', script('true'), { options }), planned('b', script('true'))], {
      missingSecrets: { a: missing },
    });
    expect(await world.execute(lease)).toBe('ended');
    expect(world.story.outcomes.get('a')).toEqual({
      kind: 'failed',
      failure: { code: 'secret', message: missing.join('; ') },
    });
    expect(world.engine.journal.filter((event) => event.startsWith('create'))).toEqual([]);
    expect(world.story.facts.get('a')?.notes).toBeUndefined();
    expect(world.story.events).not.toContain('started b');
  });

  test('are not for forks: the stage runs without them, and says so', async () => {
    const world = createWorld();
    const { trigger } = leaseOf([]);
    await world.execute(leaseWith({ trigger: { ...trigger, fork: true }, stageSecrets: {}, secrets: [] }));
    expect(world.story.outcomes.get('a')).toEqual({ kind: 'passed' });
    expect(world.story.facts.get('a')?.notes).toEqual(['secrets are not given to forks: TOKEN, KEY']);
    expect(world.story.facts.get('b')?.notes).toBeUndefined();
  });

  test('are hidden in why a job is given back', async () => {
    const world = createWorld();
    world.soft.abort(`the worker that says ${TOKEN} is shutting down`);
    await world.execute(leaseWith());
    expect(world.story.returned).toBe('the worker that says *** is shutting down');
  });
});
