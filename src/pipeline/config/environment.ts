import type { StageDefinition } from '../model.js';

/**
 * The file's own `environment` before that of each stage's container; of equal names the stage's wins.
 * Services and image builds are no stages, and get nothing of it.
 */
export function withEnvironment(stage: StageDefinition, shared: readonly string[]): StageDefinition {
  const { spec } = stage;
  if (shared.length === 0 || spec.kind !== 'container') return stage;
  const own = new Set(spec.container.environment.map(nameOf));
  const environment = [
    ...shared.filter((variable) => !own.has(nameOf(variable))),
    ...spec.container.environment,
  ];
  return { ...stage, spec: { ...spec, container: { ...spec.container, environment } } };
}

function nameOf(variable: string): string {
  return variable.split('=', 1)[0] ?? variable;
}
