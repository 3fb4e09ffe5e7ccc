import { fork } from 'node:child_process';
import { once } from 'node:events';

export interface OwnProcess<T> {
  /** The first that it says. Rejects when it ends without a word. */
  readonly said: Promise<T>;
  end(): void;
}

/** Starts a module beside this one as a process, and hands it its task. */
export function ownProcess<T>(module: string, task: object): OwnProcess<T> {
  const child = fork(new URL(module, import.meta.url), { serialization: 'advanced' });
  child.send(task);
  // Its last words may be read after its exit.
  const ended = once(child, 'disconnect').then(() => {
    throw new Error(`${module} ended and said nothing`);
  });
  const said = once(child, 'message').then(([message]) => message as T);
  return {
    said: Promise.race([said, ended]),
    end() {
      child.kill();
    },
  };
}

/** In such a process: what it was started for. */
export async function ownTask<T>(): Promise<T> {
  const [task] = (await once(process, 'message')) as [T];
  return task;
}

export function say(message: unknown): void {
  process.send?.(message);
}
