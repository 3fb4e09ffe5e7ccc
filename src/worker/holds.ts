/** Who has which workspace of this machine: one thing is done with it at a time. */
export interface Holds {
  /** Nobody has it, and nothing is done with it. */
  isFree(name: string): boolean;
  /** Has it from now on, and waits while others tidy it. */
  take(name: string): Promise<Hold>;
  /** Does something to what is free; who takes it meanwhile waits. */
  alone(name: string, work: () => Promise<void>): Promise<void>;
}

export interface Hold {
  /** Whoever takes it after this waits for our release; who has it already does not. */
  closing(): void;
  /** Safe twice. */
  release(): void;
}

export function createHolds(): Holds {
  const owners = new Map<string, number>();
  const tidied = new Map<string, Promise<void>>();

  /** @returns what ends it */
  const begin = (name: string): (() => void) => {
    let end: () => void = () => undefined;
    const over = new Promise<void>((resolve) => {
      end = () => {
        if (tidied.get(name) === over) tidied.delete(name);
        resolve();
      };
    });
    tidied.set(name, over);
    return end;
  };

  return {
    isFree: (name) => !owners.has(name) && !tidied.has(name),
    async take(name) {
      // Before anything is awaited: what is taken is not free.
      owners.set(name, 1 + (owners.get(name) ?? 0));
      await tidied.get(name);
      let end: (() => void) | undefined;
      let released = false;
      return {
        closing() {
          end ??= begin(name);
        },
        release() {
          if (released) return;
          released = true;
          const others = (owners.get(name) ?? 1) - 1;
          if (others === 0) owners.delete(name);
          else owners.set(name, others);
          end?.();
        },
      };
    },
    async alone(name, work) {
      const end = begin(name);
      try {
        await work();
      } finally {
        end();
      }
    },
  };
}
