import { readFile, rename, writeFile } from 'node:fs/promises';

/** What must be known of images after a restart. Times are ms since the epoch. */
export interface ImageNotes {
  /** Pulls of which nobody has written down the end, by name, and whether an image had that name before. */
  readonly pulling: Readonly<Record<string, boolean>>;
  /** Images that came by us, by id: the names that came with them, and their last use. */
  readonly pulled: Readonly<Record<string, { readonly names: readonly string[]; readonly usedAt: number }>>;
  /** Last use of what builds made, by the first twelve digits of the image they end in. */
  readonly built: Readonly<Record<string, number>>;
  /** By name, pulls that the engine told of less those that were ours: more than none, and somebody else wants it. */
  readonly strange: Readonly<Record<string, number>>;
  /** When the last pull was that the engine told of; 0: it was never asked. */
  readonly seenAt: number;
}

const NONE: ImageNotes = { pulling: {}, pulled: {}, built: {}, strange: {}, seenAt: 0 };

/** What cannot be read is as good as none: what was noted there is never removed then. */
export async function readImageNotes(file: string): Promise<ImageNotes> {
  try {
    return parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return NONE;
  }
}

/** Whole, or not at all, whenever the process dies. One at a time. */
export async function writeImageNotes(file: string, notes: ImageNotes): Promise<void> {
  await writeFile(`${file}.new`, JSON.stringify(notes), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

function parse(value: unknown): ImageNotes {
  const { pulling, pulled, built, strange, seenAt } = recordOf(value);
  const images = Object.entries(recordOf(pulled)).flatMap(([id, image]) => {
    const { names, usedAt } = recordOf(image);
    return typeof usedAt === 'number' ? [[id, { names: texts(names), usedAt }] as const] : [];
  });
  return {
    pulling: Object.fromEntries(
      Object.entries(recordOf(pulling)).map(([name, isThere]) => [name, isThere === true]),
    ),
    pulled: Object.fromEntries(images),
    built: numbers(built),
    strange: numbers(strange),
    seenAt: typeof seenAt === 'number' ? seenAt : 0,
  };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function numbers(value: unknown): Readonly<Record<string, number>> {
  const entries = Object.entries(recordOf(value));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
}
