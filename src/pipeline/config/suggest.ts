/** The candidate that a mistyped word most likely means, or undefined. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  const typed = fold(word);
  // No key is this long, and the distance costs the product of both lengths.
  if (typed.length < 2 || typed.length > 40) return undefined;
  let best: { candidate: string; distance: number } | undefined;
  for (const candidate of candidates) {
    const distance = distanceOf(typed, fold(candidate));
    if (distance !== undefined && (best === undefined || distance < best.distance)) {
      best = { candidate, distance };
    }
  }
  return best?.candidate;
}

/** `postBuild`, `post-build` and `POST_BUILD` are spelled like post_build. */
function fold(word: string): string {
  return word.toLowerCase().replaceAll(/[-_\s]/g, '');
}

/** Undefined: too far to be what is meant. */
function distanceOf(typed: string, candidate: string): number | undefined {
  // `env` for environment, `dockerfile` for dockerfile_name: far by edits, near to people.
  if (typed.length >= 3 && candidate.startsWith(typed)) return candidate === typed ? 0 : 1;
  const limit = Math.min(3, Math.floor(Math.max(typed.length, candidate.length) / 3));
  // No fewer edits than the lengths differ by: most candidates cost nothing.
  if (Math.abs(typed.length - candidate.length) > limit) return undefined;
  const distance = damerauLevenshtein(typed, candidate);
  return distance <= limit ? distance : undefined;
}

/**
 * Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment) that turn
 * one word into the other.
 */
export function damerauLevenshtein(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          cell(last, column) + 1,
          cell(current, column - 1) + 1,
          cell(last, column - 1) + (same ? 0 : 1),
          swapped ? cell(beforeLast, column - 2) + 1 : Infinity,
        ),
      );
    }
    beforeLast = last;
    last = current;
  }
  return cell(last, to.length);
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
