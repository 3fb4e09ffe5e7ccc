/**
 * What builds leave to be done in the engine and no stage waits for. It is done when the job is over: beside the next
 * stages it would take the engine from them. What a kill -9 prevents bears the labels of its job.
 */
export interface Behind {
  add(work: () => Promise<void>): void;
  /** Does what there is, one after the other; nobody hears of what fails. */
  settled(): Promise<void>;
}

export function createBehind(): Behind {
  let works: (() => Promise<void>)[] = [];
  let last: Promise<void> = Promise.resolve();

  const all = async (): Promise<void> => {
    const mine = works;
    works = [];
    for (const work of mine) await work().catch(() => {});
  };
  return {
    add(work) {
      works.push(work);
    },
    settled() {
      last = last.then(all);
      return last;
    },
  };
}
