/** What a server asked of others, or was asked; milliseconds by its own clock. */
export interface Traced {
  readonly who: 'webhook' | 'github' | 'engine' | 'process';
  readonly what: string;
  readonly at: number;
  /** When the answer was there whole, or the process gone. */
  readonly until: number;
}

const MOST_CHARACTERS = 120;

/** A table in Markdown of all that began since the last push was told of. @throws Error when none was */
export function traceTable(all: readonly Traced[]): string {
  const push = all.findLast(({ who, what }) => who === 'webhook' && what === 'push');
  if (push === undefined) throw new Error('the trace has no webhook of a push');
  const rows = all
    .filter(({ at }) => at >= push.at)
    .toSorted((a, b) => a.at - b.at)
    .map(({ who, what, at, until }) => [ms(at - push.at), ms(until - at), who, inWords(what)]);
  const head = [
    ['from (ms)', 'took (ms)', 'who', 'what'],
    ['--:', '--:', '---', '---'],
  ];
  return `${[...head, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
}

function ms(time: number): string {
  return time.toFixed(0);
}

/** Readable, and no wider than a screen: queries decoded, ids and directories as short as they still tell apart. */
function inWords(what: string): string {
  const words = decoded(what)
    .replaceAll(/\b([0-9a-f]{12})[0-9a-f]{28,}\b/g, '$1')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', '\\|');
  return words.length > MOST_CHARACTERS ? `${words.slice(0, MOST_CHARACTERS - 1)}…` : words;
}

function decoded(what: string): string {
  try {
    return decodeURIComponent(what);
  } catch {
    return what;
  }
}
