/** The newest API that this adapter was written against; engines 20.10 (1.41) to 29 (which wants 1.44) know one of these. */
const OURS = { newest: '1.47', oldest: '1.41' };

/** The version of the API to speak with an engine that knows `oldest` to `newest`. @throws Error when there is none */
export function apiVersion(engine: { readonly newest: string; readonly oldest: string | undefined }): string {
  if (before(engine.newest, OURS.oldest)) {
    throw new Error(
      `The engine is too old: it speaks API ${engine.newest}, Cyclone needs ${OURS.oldest} (Docker 20.10)`,
    );
  }
  if (engine.oldest !== undefined && before(OURS.newest, engine.oldest)) {
    throw new Error(
      `The engine is too new: it speaks API ${engine.oldest} and later, Cyclone ${OURS.newest} and before`,
    );
  }
  return before(engine.newest, OURS.newest) ? engine.newest : OURS.newest;
}

/** `1.9` is before `1.41`; what follows the numbers (`20.10.24+dfsg1`) does not count. */
export function before(left: string, right: string): boolean {
  const [a, b] = [numbers(left), numbers(right)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function numbers(version: string): readonly number[] {
  return (/^\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
}
