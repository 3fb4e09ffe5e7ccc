/** Wakes those who wait whenever something here has changed: no polling. */
export interface Changes {
  /** Something changed: look again. */
  announce(): void;
  /**
   * Resolves with the first truthy answer of `look`, asked now and after every change.
   * @throws Error after `timeoutMs`, or when closed, naming `what`
   */
  until<T>(
    look: () => T,
    options: { readonly what: string; readonly timeoutMs: number },
  ): Promise<NonNullable<T>>;
  close(): void;
}

interface Waiter {
  look(): void;
  fail(error: Error): void;
}

export function createChanges(): Changes {
  const waiters = new Set<Waiter>();
  return {
    announce: () => {
      for (const waiter of waiters) waiter.look();
    },
    until: <T>(look: () => T, { what, timeoutMs }: { what: string; timeoutMs: number }) =>
      new Promise<NonNullable<T>>((resolve, reject) => {
        const fail = (error: Error): void => {
          settle();
          reject(error);
        };
        const waiter: Waiter = {
          fail,
          look: () => {
            try {
              const found = look();
              if (!found) return;
              settle();
              resolve(found);
            } catch (error) {
              fail(error instanceof Error ? error : new Error(String(error)));
            }
          },
        };
        const timer = setTimeout(() => fail(new Error(`not within ${timeoutMs} ms: ${what}`)), timeoutMs);
        const settle = (): void => {
          clearTimeout(timer);
          waiters.delete(waiter);
        };
        waiters.add(waiter);
        waiter.look();
      }),
    close: () => {
      for (const waiter of waiters) waiter.fail(new Error('GitHub was closed'));
    },
  };
}
