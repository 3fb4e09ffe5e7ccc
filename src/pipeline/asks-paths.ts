import type { On, StageDefinition } from './model.js';

/** Whether what runs on a push depends on the paths that it changed: then it is worth asking for them. */
export function asksForPaths(on: On | undefined, definitions: readonly StageDefinition[]): boolean {
  const { paths, pathsIgnore } = on?.push ?? {};
  return (
    paths !== undefined ||
    pathsIgnore !== undefined ||
    definitions.some(({ options }) => options?.when?.path !== undefined)
  );
}
