/** What stands before a program's own words: times, and names of those who pass them on. */
const PREFIXES: readonly RegExp[] = [
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?\s/u,
  /^\[?\d\d:\d\d:\d\d(?:[.,]\d+)?\]?\s/u,
  // BuildKit: `#12 3.456 main.c:3:5: error: …`, and in the end without the step
  /^#\d+ (?:\d+\.\d+ )?/u,
  /^\d+\.\d{2,3} /u,
  // Compose: `app-1  | …`; a line of source beside its number is no such thing.
  /^[A-Za-z][\w.-]*\s*\| /u,
  // Runners of many packages: `web:build: …`, `@acme/web:test: …`
  /^(?:@[\w-]+\/)?[A-Za-z][\w-]*:[a-z][\w-]*: (?=\S)/u,
];

/** A line without them; two of them at most stand before one another. */
export function withoutPrefix(line: string): string {
  let rest = line;
  for (let times = 0; times < 2; times += 1) {
    const found = PREFIXES.find((prefix) => prefix.test(rest));
    if (found === undefined) break;
    rest = rest.replace(found, '');
  }
  return rest;
}
