import type { World } from '../e2e/support/world.js';
import { createPerson, type Person } from '../fakes/github/testing/person.js';
import { DOCKERFILE, FILE } from './pipeline-project.js';

export const REPOSITORY = 'acme/pipeline';

/** The repository that the pipeline is pushed to, and who pushes. */
export interface Project {
  /** A commit, on its branch, with a tag of its own that is not pushed yet. */
  change(turn: number): Promise<string>;
  /** Pushes the tag. @returns milliseconds from the webhook to the last check's end */
  pushed(tag: string): Promise<number>;
  leave(): Promise<void>;
}

export async function openProject({ github }: World): Promise<Project> {
  const [owner = '', name = ''] = REPOSITORY.split('/');
  await github.createRepository({ owner, name });
  const person: Person = await createPerson();
  await person.git('init', '--quiet', '--initial-branch=main');
  await person.git('remote', 'add', 'origin', github.pushUrl(REPOSITORY));
  await person.write('caicloud.yml', FILE);
  await person.write('Dockerfile', DOCKERFILE);
  await person.write('app', 'what pre_build works on\n');
  return {
    async change(turn) {
      const sha = await person.commit('README', `turn ${turn}\n`);
      const tag = `v1.0.${turn}`;
      await person.git('tag', tag, sha);
      return tag;
    },
    async pushed(tag) {
      const before = github.deliveries.all('push').length;
      const begun = github.waitFor(() => github.deliveries.all('push').length > before && performance.now());
      const sha = await person.git('rev-parse', 'HEAD');
      await person.git('push', '--quiet', 'origin', `refs/tags/${tag}`);
      const over = await github.waitFor(
        () => {
          const checks = github.checkRuns(REPOSITORY, sha).map(({ state }) => state);
          const whole = checks.find((check) => check.name === 'cyclone');
          return whole?.conclusion && checks.every(({ status }) => status === 'completed')
            ? { at: performance.now(), conclusion: whole.conclusion, stages: checks.length - 1 }
            : undefined;
        },
        { what: `every check of ${tag}`, timeoutMs: 60_000 },
      );
      if (over.conclusion !== 'success' || over.stages !== 5)
        throw new Error(`${tag}: ${over.stages} stages ended with ${over.conclusion}`);
      return over.at - Number(await begun);
    },
    leave: () => person.leave(),
  };
}
