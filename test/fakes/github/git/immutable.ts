const FULL_SHA = /^[0-9a-f]{40}$/;

/** Reads something that a sha, and what is asked about it, tell once and for all. */
type Read<T, Q extends readonly string[]> = (directory: string, sha: string, ...question: Q) => Promise<T>;

/**
 * Remembers the last `kept` answers: an object never changes, and a process of git for each question bounds how many
 * are answered. Whatever is not named by a full sha may move and is read each time; so is what could not be read,
 * because it may be pushed later.
 */
export function immutable<T, Q extends readonly string[]>(
  kept: number,
  read: Read<T, Q>,
  isKept: (answer: T) => boolean = () => true,
): Read<T, Q> {
  const answers = new Map<string, Promise<T>>();
  const asked = async (key: string, reading: Promise<T>): Promise<T> => {
    let keep = false;
    try {
      const answer = await reading;
      keep = isKept(answer);
      return answer;
    } finally {
      if (!keep) answers.delete(key);
    }
  };
  return (directory, sha, ...question) => {
    if (!FULL_SHA.test(sha)) return read(directory, sha, ...question);
    const key = [directory, sha, ...question].join('\0');
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = asked(key, read(directory, sha, ...question));
    answers.set(key, answer);
    const oldest = answers.keys().next();
    if (answers.size > kept && oldest.value !== undefined) answers.delete(oldest.value);
    return answer;
  };
}
