import type { Lease, PlannedJob, PlannedStage } from '../pipeline/model.js';
import { type Logger, type RunRecord, type SecretStore, SecretsUnavailable } from './ports.js';

export interface Granted extends Pick<Lease, 'stageSecrets' | 'missingSecrets'> {
  /** Also what only other stages of the run may have: one may hand it on in a file. */
  readonly masked: readonly string[];
}

/**
 * The secrets that the stages of a job name. A fork gets none, not even to be masked: printing guesses and
 * looking for stars would tell it what they are.
 */
export async function grantSecrets(
  { id, plan, repository, trigger }: Pick<RunRecord, 'id' | 'plan' | 'repository' | 'trigger'>,
  job: PlannedJob,
  deps: { readonly secrets: SecretStore; readonly logger: Logger },
): Promise<Granted> {
  const named = plan.stages.filter((stage) => stage.skip === undefined && namesOf(stage).length > 0);
  if (trigger.fork || named.length === 0) return { masked: [] };
  const ofJob = named.filter((stage) => job.stages.includes(stage.id));
  try {
    const known = new Map(Object.entries(await deps.secrets.secretsOf(repository)));
    return grantFrom(known, named, ofJob, `${repository.owner}/${repository.name}`);
  } catch (error) {
    if (!(error instanceof SecretsUnavailable)) throw error;
    deps.logger.error({ err: error, run: id, job: job.id }, 'secrets cannot be read');
    const why = 'the server cannot read its file of secrets (CYCLONE_SECRETS_FILE); its log says why';
    return { masked: [], ...(ofJob.length > 0 && { missingSecrets: byStage(ofJob, () => [why]) }) };
  }
}

function grantFrom(
  known: ReadonlyMap<string, string>,
  named: readonly PlannedStage[],
  ofJob: readonly PlannedStage[],
  repository: string,
): Granted {
  const found = (names: readonly string[]): [string, string][] =>
    names.flatMap((name) => {
      const value = known.get(name);
      return value === undefined ? [] : [[name, value]];
    });
  const isWhole = (stage: PlannedStage): boolean => namesOf(stage).every((name) => known.has(name));
  const whole = ofJob.filter(isWhole);
  const broken = ofJob.filter((stage) => !isWhole(stage));
  return {
    masked: found([...new Set(named.flatMap(namesOf))]).map(([, value]) => value),
    ...(whole.length > 0 && {
      stageSecrets: byStage(whole, (stage) => Object.fromEntries(found(namesOf(stage)))),
    }),
    ...(broken.length > 0 && {
      missingSecrets: byStage(broken, (stage) =>
        namesOf(stage)
          .filter((name) => !known.has(name))
          .map(
            (name) =>
              `the server has no secret ${name} for ${repository}: add it to its file of secrets (CYCLONE_SECRETS_FILE), or take it out of secrets`,
          ),
      ),
    }),
  };
}

function byStage<T>(
  stages: readonly PlannedStage[],
  give: (stage: PlannedStage) => T,
): Readonly<Record<string, T>> {
  return Object.fromEntries(stages.map((stage) => [stage.id, give(stage)]));
}

function namesOf({ options }: PlannedStage): readonly string[] {
  return options?.secrets ?? [];
}
