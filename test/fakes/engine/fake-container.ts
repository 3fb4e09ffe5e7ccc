import { setImmediate } from 'node:timers/promises';
import {
  type Container,
  type ContainerCreate,
  EngineRefused,
  EngineUnavailable,
  type ExitState,
  LABELS,
  type Labels,
  type Output,
} from '../../../src/worker/ports.js';

/** What a test says that a container does. Resolves with the exit code. */
export type Program = (running: Running) => Promise<number> | number;

/** A container that runs, seen from its program. */
export interface Running {
  readonly spec: ContainerCreate;
  /** The lines of the go-signal behind the nonce. */
  readonly late: readonly string[];
  print(text: string, stream?: Output['stream']): void;
  /** The marker of a command, as the script's shell prints it. */
  command(index: number): void;
  /** Resolves when it is killed. */
  readonly killed: Promise<void>;
  /** The kernel killed something for memory. */
  oom(): void;
  /** The container stays until then although its script has ended. */
  linger(until: Promise<void>): void;
  /** It dies as a whole, without an end marker. */
  vanish(state: Partial<ExitState>): never;
}

export interface FakeContainerOptions {
  readonly id: string;
  readonly spec: ContainerCreate;
  readonly program: Program;
  readonly hasShell: boolean;
  readonly health: 'healthy' | 'unhealthy' | 'exited';
  readonly archive: (path: string) => AsyncIterable<Buffer> | undefined;
  readonly journal: (event: string) => void;
  readonly isAway: () => boolean;
  readonly onRemoved: () => void;
}

class Vanished extends Error {
  readonly state: Partial<ExitState>;
  constructor(state: Partial<ExitState>) {
    super('vanished');
    this.state = state;
  }
}

/** A call that the real engine would answer with an error, or worse, with nothing. */
export function impossible(what: string): never {
  throw new Error(`impossible: ${what}`);
}

/** Scripted; refuses what cannot be. */
export class FakeContainer implements Container {
  readonly id: string;
  readonly spec: ContainerCreate;
  state: 'created' | 'running' | 'exited' | 'removed' = 'created';
  readonly #options: FakeContainerOptions;
  readonly #chunks: Output[] = [];
  #wake: () => void = () => undefined;
  #outputTaken = false;
  #ended = false;
  #oomKilled = false;
  #input = '';
  /** Of a job, in place of those that it was made with. */
  #assigned: Labels = {};
  #went = false;
  /** Its output is read no more, which is the end of its stdin. */
  #leave: () => void = () => undefined;
  readonly #left: Promise<void>;
  #kill: () => void = () => undefined;
  readonly #killed: Promise<void>;
  #exit: (state: ExitState) => void = () => undefined;
  readonly #exited: Promise<ExitState>;

  constructor(options: FakeContainerOptions) {
    this.#options = options;
    this.id = options.id;
    this.spec = options.spec;
    this.#killed = new Promise((resolve) => {
      this.#kill = resolve;
    });
    this.#left = new Promise((resolve) => {
      this.#leave = resolve;
    });
    this.#exited = new Promise((resolve) => {
      this.#exit = resolve;
    });
  }

  start(): Promise<void> {
    return this.#call('start', () => {
      if (this.state !== 'created') impossible(`start of a container that is ${this.state}`);
      if (!this.#options.hasShell && this.spec.entrypoint?.[0] === '/bin/sh') {
        const { image, imageName = image } = this.spec;
        throw new EngineRefused('no_shell', `the image ${imageName} has no /bin/sh to run commands with`);
      }
      this.state = 'running';
      if (!this.spec.stdin) void this.#run([]);
    });
  }

  async *output(): AsyncGenerator<Output> {
    if (this.state === 'created') impossible('output of a container that was not started');
    if (this.#outputTaken) impossible('output is read twice');
    this.#outputTaken = true;
    try {
      for (;;) {
        const chunk = this.#chunks.shift();
        if (chunk !== undefined) yield chunk;
        else if (this.#ended) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      this.#leave();
    }
  }

  write(data: string): Promise<void> {
    return this.#call('go', () => {
      if (!this.spec.stdin) impossible('write to a container without stdin');
      if (this.state !== 'running') impossible(`write to a container that is ${this.state}`);
      if (this.#went) impossible('two go-signals');
      this.#input += data;
      if (!this.#input.endsWith('\n\n')) impossible('half a go-signal');
      this.#went = true;
      void this.#run(
        this.#input
          .split('\n')
          .slice(0, -2)
          .filter((line) => !line.startsWith(' ')),
      );
    });
  }

  assign({ run, job, fence }: { run: number; job: string; fence: number }): Promise<void> {
    return this.#call('assign', () => {
      if (this.state === 'removed') throw new EngineRefused('container', 'no such container');
      this.#assigned = { [LABELS.run]: String(run), [LABELS.job]: job, [LABELS.fence]: String(fence) };
    });
  }

  /** Those that a reap goes by. */
  get labels(): Labels {
    return { ...this.spec.labels, ...this.#assigned };
  }

  exited(): Promise<ExitState> {
    if (this.state === 'created') impossible('exited of a container that was not started');
    return this.#exited;
  }

  healthy(): Promise<'healthy' | 'unhealthy' | 'exited'> {
    if (this.state === 'created') impossible('health of a container that was not started');
    this.#options.journal('health');
    return Promise.resolve(this.#options.health);
  }

  async kill(): Promise<void> {
    this.#away();
    if (this.state !== 'running') return;
    this.#options.journal('kill');
    this.#end({ exitCode: 137, oomKilled: this.#oomKilled, removed: false });
    await Promise.resolve();
  }

  archive(path: string): Promise<AsyncIterable<Buffer>> {
    return this.#call(`archive ${path}`, () => {
      if (this.state === 'removed') impossible('archive of a container that is removed');
      return this.#options.archive(path) ?? refuse(`no such path: ${path}`);
    });
  }

  async remove(): Promise<void> {
    await this.#call('remove', () => {
      this.#end({ exitCode: 137, oomKilled: false, removed: true });
      this.state = 'removed';
      this.#options.onRemoved();
    });
    // Who reads the output sees the end of it before the engine has cleaned up and answers.
    await setImmediate();
  }

  /** Someone else's `docker rm -f`. */
  removeFromOutside(): void {
    this.#end({ exitCode: 0, oomKilled: false, removed: true });
    this.state = 'removed';
    this.#options.onRemoved();
  }

  async #run([head, ...late]: readonly string[]): Promise<void> {
    const [nonce, stays] = head?.split(' ') ?? [];
    let leave = Promise.resolve();
    try {
      const code = await this.#options.program({
        spec: this.spec,
        late,
        print: (text, stream) => this.#print(text, stream),
        command: (index) => this.#print(`\x1e${this.#commandNonce()}:${index}\x1e`),
        killed: this.#killed,
        oom: () => {
          this.#oomKilled = true;
        },
        linger: (until) => {
          leave = until;
        },
        vanish: (state) => {
          throw new Vanished(state);
        },
      });
      if (nonce !== undefined) this.#print(`\x1e${nonce}:${code}:${this.#oomKilled ? 1 : 0}\x1e`);
      if (stays !== undefined && code === 0) await Promise.race([this.#left, this.#killed]);
      await Promise.race([leave, this.#killed]);
      this.#end({ exitCode: code, oomKilled: this.#oomKilled, removed: false });
    } catch (error) {
      if (!(error instanceof Vanished)) throw error;
      this.#end({ exitCode: 0, oomKilled: this.#oomKilled, removed: false, ...error.state });
    }
  }

  /** As the script's text has it: the marker's printf. */
  #commandNonce(): string {
    // It came when the container was made, or with the go-signal.
    const script = [...(this.spec.entrypoint ?? []), this.#input].join('\n');
    const nonce = /036([0-9a-f]{32}):/.exec(script)?.[1];
    return nonce ?? impossible('a command in a container without a script');
  }

  #print(text: string, stream: Output['stream'] = 'stdout'): void {
    if (this.#ended) return;
    this.#chunks.push({ stream, bytes: Buffer.from(text) });
    this.#wake();
  }

  #end(state: ExitState): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.state === 'running') this.state = 'exited';
    this.#kill();
    this.#exit(state);
    this.#wake();
  }

  async #call<T>(event: string, work: () => T): Promise<T> {
    this.#away();
    await Promise.resolve();
    this.#options.journal(event);
    return work();
  }

  #away(): void {
    if (this.#options.isAway()) throw new EngineUnavailable('the engine is away');
  }
}

function refuse(message: string): never {
  throw new EngineRefused('container', message);
}
