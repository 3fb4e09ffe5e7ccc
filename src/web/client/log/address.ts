/** Lines of a log, as an address names them: the first, and the last. From 1. */
export interface LineRange {
  readonly from: number;
  readonly until: number;
}

/** What stands behind the `#` of a stage's page. */
export interface LogPlace {
  /** Name of a service; absent: the stage's own log. */
  readonly service?: string;
  readonly lines?: LineRange;
}

/** `#L120`, `#L120-L140`, `#db/L7`, `#db/`. Undefined: it is about something else. */
export function readHash(hash: string): LogPlace | undefined {
  const slash = hash.lastIndexOf('/');
  const service = slash < 0 ? '' : decoded(hash.slice(1, slash));
  const rest = hash.slice(slash < 0 ? 1 : slash + 1);
  const found = /^L([1-9]\d{0,11})(?:-L?([1-9]\d{0,11}))?$/.exec(rest);
  if (!found && (rest !== '' || service === '')) return undefined;
  return {
    ...(service === '' ? {} : { service }),
    ...(found ? { lines: inOrder(Number(found[1]), Number(found[2] ?? found[1])) } : {}),
  };
}

/** Empty: nothing needs to be said. */
export function writeHash({ service, lines }: LogPlace): string {
  const log = service === undefined ? '' : `${encodeURIComponent(service)}/`;
  const range = lines === undefined ? '' : lineWords(lines, 'L');
  return log + range === '' ? '' : `#${log}${range}`;
}

/** `L7`, `L7-L9` */
export function lineWords({ from, until }: LineRange, mark = ''): string {
  return from === until ? `${mark}${from}` : `${mark}${from}-${mark}${until}`;
}

export function inOrder(one: number, other: number): LineRange {
  return { from: Math.min(one, other), until: Math.max(one, other) };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
