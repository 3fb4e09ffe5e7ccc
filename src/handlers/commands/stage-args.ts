/** Checks are called so, and people copy the name. */
const CHECK = /^cyclone\//;

/** Names of stages as they were typed. */
export function stageArgs(args: readonly string[]): readonly string[] {
  return args.map((name) => name.replace(CHECK, ''));
}

/** No names at all, or the word for it. */
export function namesAll(args: readonly string[]): boolean {
  return args.length === 0 || args.some((name) => name.toLowerCase() === 'all');
}
