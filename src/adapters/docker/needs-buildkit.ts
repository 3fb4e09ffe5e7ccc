/** Why there is none: docs/adr/0058-buildkit.md */
const NOT_HERE =
  'Cyclone builds with the classic builder: in BuildKit, RUN steps have neither a network of their own nor limits';

/** What BuildKit alone knows, by instruction: https://docs.docker.com/reference/dockerfile/ */
const FLAGS: ReadonlySet<string> = new Set([
  'checksum', // ADD
  'exclude', // ADD, COPY
  'keep-git-dir', // ADD
  'link', // ADD, COPY
  'network', // RUN
  'parents', // COPY
  'security', // RUN
  'unpack', // ADD
]);

/**
 * The classic builder's words for a Dockerfile that it cannot build, and more when BuildKit could: its own advice is to turn
 * BuildKit on, which nobody can do who only writes the Dockerfile, and most flags it just does not know.
 */
export function withoutBuildKit(words: string): string {
  const option = /^(the [^.]+ requires BuildKit)\. Refer to /.exec(words)?.[1];
  if (option !== undefined) return `${option}. ${NOT_HERE}`;
  const flag = /\bunknown flag: ([\w-]+)$/i.exec(words)?.[1];
  if (flag !== undefined && FLAGS.has(flag)) return `${words} (it requires BuildKit). ${NOT_HERE}`;
  // The lines of a here-document are instructions to it, and the first of them is one that it does not know.
  return /\bunknown instruction: \S+$/i.test(words)
    ? `${words}. Should it be a line of a here-document (<<): that requires BuildKit. ${NOT_HERE}`
    : words;
}
