/** What a thread is told, and says. */
export interface Asked<Task> {
  readonly task: Task;
}

/** One for each that was asked, in that order. */
export type Answer<Result> =
  | { readonly isDone: true; readonly result: Result }
  | { readonly isDone: false; readonly error: unknown };
