import type { Checkout, CheckoutOptions, CheckoutRequest, TreeFile } from './ports.js';
import { type CheckoutMark, type Workspace, writeMark } from './workspace.js';

/** The commit's files in a workspace. */
export interface Code {
  /** Directories that `.git` needs; known before the files are there. */
  borrowed(): Promise<readonly string[]>;
  /** Fetches the commit: its workspace need not be there. Once, and before `begin`. */
  fetch(): void;
  /** Lays out the files, if nobody has asked for it yet. */
  begin(): void;
  /** Resolves when they are there; `listen` hears what was and is said meanwhile. @throws CheckoutFailed */
  done(listen: (line: string) => void): Promise<void>;
  /** Their names and ids, whether they are there or not. @throws CheckoutFailed */
  tree(): Promise<readonly TreeFile[]>;
  /** Resolves when nothing writes them any more. */
  settled(): Promise<void>;
}

export interface CodeSource {
  readonly checkout: Checkout;
  readonly request: CheckoutRequest;
  readonly options: CheckoutOptions;
  readonly workspace: Workspace;
  /** Of a workspace that has the files already. */
  readonly mark: CheckoutMark | undefined;
  readonly signal: AbortSignal;
  /** Wraps each part of the checkout, to know how long it takes. */
  readonly timed: <T>(part: Promise<T>) => Promise<T>;
  /** Hears the same as who listens to `done`, and before. */
  readonly warn: (line: string) => void;
}

export function openCode({
  checkout,
  request,
  options,
  workspace,
  mark,
  signal,
  timed,
  warn,
}: CodeSource): Code {
  const told: string[] = [];
  let listener: ((line: string) => void) | undefined;
  const tell = (line: string): void => {
    warn(line);
    told.push(line);
    listener?.(line);
  };
  const checkOut = async (): Promise<void> => {
    const result = await checkout.checkout(request, signal, tell);
    await writeMark(workspace, { sha: request.trigger.sha, options, borrowed: result.borrowed });
  };
  let borrowed = mark && Promise.resolve(mark.borrowed);
  let files = mark === undefined ? undefined : Promise.resolve();
  let fetched: Promise<void> | undefined;
  let tree: Promise<readonly TreeFile[]> | undefined;
  const laidOut = async (): Promise<void> => {
    await fetched;
    await timed(checkOut());
  };
  const begin = (): Promise<void> => {
    files ??= laidOut();
    return files;
  };
  return {
    borrowed() {
      borrowed ??= checkout.borrows(request);
      return borrowed;
    },
    fetch() {
      if (checkout.fetch === undefined || files !== undefined) return;
      fetched ??= timed(checkout.fetch(request, signal, tell));
      // Whoever waits for the files is told.
      fetched.catch(() => undefined);
    },
    begin() {
      // A first stage that policy refuses never asks.
      begin().catch(() => undefined);
    },
    done(listen) {
      // The first stage that waits for the files may have begun after the checkout.
      if (listener === undefined) told.forEach(listen);
      listener = listen;
      return begin();
    },
    tree() {
      tree ??= checkout.tree(request, signal);
      return tree;
    },
    async settled() {
      await Promise.allSettled([fetched, files]);
    },
  };
}
