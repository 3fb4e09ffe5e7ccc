import { isThere } from './presence.js';

/** Who uses which mirror. All methods may be called at once. */
export interface Uses {
  /** From now on the mirror stays for as long as the directory is there. Waits until nobody is alone with it. */
  add(mirror: string, directory: string): Promise<void>;
  /** The same, and while the work lasts. */
  during<T>(mirror: string, directory: string, work: () => Promise<T>): Promise<T>;
  /**
   * Work that takes away what others may need. It is not begun where somebody uses the mirror, and is told to end when
   * somebody comes: whoever comes waits for it.
   * @returns whether it was begun
   */
  alone(mirror: string, work: (arrived: AbortSignal) => Promise<void>): Promise<boolean>;
}

interface Use {
  readonly directories: Set<string>;
  /** Pieces of work under way. */
  working: number;
  /** How often somebody came. */
  arrivals: number;
  /** Who is alone with it. */
  alone: { readonly arrived: AbortController; readonly done: Promise<unknown> } | undefined;
}

/** @param borrowed whether a workspace of an earlier process borrows from the mirror */
export function createUses(borrowed: (mirror: string) => Promise<boolean>): Uses {
  const uses = new Map<string, Use>();
  const useOf = (mirror: string): Use => {
    const use = uses.get(mirror) ?? { directories: new Set(), working: 0, arrivals: 0, alone: undefined };
    uses.set(mirror, use);
    return use;
  };
  const add = async (mirror: string, directory: string): Promise<Use> => {
    const use = useOf(mirror);
    use.directories.add(directory);
    use.arrivals += 1;
    use.alone?.arrived.abort(new Error('somebody needs the mirror'));
    await use.alone?.done;
    return use;
  };
  const isUsed = async (mirror: string, use: Use): Promise<boolean> => {
    for (const directory of use.directories)
      if (!(await isThere(directory))) use.directories.delete(directory);
    return use.directories.size > 0 || (await borrowed(mirror));
  };
  return {
    async add(mirror, directory) {
      await add(mirror, directory);
    },
    async during(mirror, directory, work) {
      useOf(mirror).working += 1;
      const use = await add(mirror, directory);
      try {
        return await work();
      } finally {
        use.working -= 1;
      }
    },
    async alone(mirror, work) {
      const use = useOf(mirror);
      const { arrivals } = use;
      // Who came while we looked is not among those that we saw.
      if ((await isUsed(mirror, use)) || use.working > 0 || use.arrivals !== arrivals) return false;
      const arrived = new AbortController();
      const done = work(arrived.signal);
      use.alone = { arrived, done: done.catch(() => undefined) };
      try {
        await done;
      } finally {
        use.alone = undefined;
      }
      return true;
    },
  };
}
