/** By name: the names that it needs. */
export type Needed = ReadonlyMap<string, Iterable<string>>;

/**
 * Everything that needs itself in the end, in groups that need each other: the strongly connected components
 * (Kosaraju), found without recursion because a file may hold thousands in a row.
 */
export function circlesOf(needs: Needed): readonly ReadonlySet<string>[] {
  const behind = dependents(needs);
  const visited = new Set<string>();
  const finished = [...needs.keys()].flatMap((name) => walk(name, needs, visited));
  const taken = new Set<string>();
  return finished
    .toReversed()
    .map((name) => new Set(walk(name, behind, taken)))
    .filter(
      (group) => group.size > 1 || [...group].some((name) => [...(needs.get(name) ?? [])].includes(name)),
    );
}

/** By name, who needs it directly. */
export function dependents(needs: Needed): ReadonlyMap<string, readonly string[]> {
  const behind = new Map<string, string[]>();
  for (const [name, needed] of needs) {
    for (const need of needed) {
      const list = behind.get(need);
      if (list === undefined) behind.set(need, [name]);
      else list.push(name);
    }
  }
  return behind;
}

/** One way round, from a name back to it: `a → b → a`. */
export function wayRound(circle: ReadonlySet<string>, needs: Needed): string {
  const path: string[] = [];
  let at = [...circle].toSorted()[0];
  while (at !== undefined && !path.includes(at)) {
    path.push(at);
    at = [...(needs.get(at) ?? [])].find((need) => circle.has(need));
  }
  return at === undefined ? path.join(' → ') : [...path.slice(path.indexOf(at)), at].join(' → ');
}

/** Those reached from a name and not visited before, each behind all that it reaches. */
function walk(from: string, next: Needed, visited: Set<string>): string[] {
  const finished: string[] = [];
  if (visited.has(from)) return finished;
  const enter = (name: string) => {
    visited.add(name);
    return { name, rest: [...(next.get(name) ?? [])] };
  };
  const path = [enter(from)];
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const to = top.rest.pop();
    if (to === undefined) {
      finished.push(top.name);
      path.pop();
    } else if (!visited.has(to)) {
      path.push(enter(to));
    }
  }
  return finished;
}
