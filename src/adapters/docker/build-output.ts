import { EngineRefused } from '../../worker/ports.js';
import type { EngineMessage } from './messages.js';

/** What the classic builder says, and what only its words tell: its errors do not name the step. */
export class BuildOutput {
  #step: { readonly number: string; readonly instruction: string } | undefined;
  /** The image that the present stage of the Dockerfile has come to; none while that is its base. */
  #image: string | undefined;
  readonly #stages: string[] = [];
  #last: string | undefined;

  /** @returns what belongs into the log */
  see(message: EngineMessage): string {
    const text = message.stream ?? pullText(message);
    const [, number, instruction] = /^Step (\d+\/\d+) : ([^\n]*)/.exec(text) ?? [];
    if (number !== undefined && instruction !== undefined) this.#step = { number, instruction };
    const image = /^ ---> ([0-9a-f]{12})\n$/.exec(text)?.[1];
    if (image !== undefined) this.#image = /^FROM\s/i.test(this.#step?.instruction ?? '') ? undefined : image;
    // At the end of each stage, by the builder itself: a program of the Dockerfile can print, but not this.
    if (message.aux?.ID !== undefined) this.#endStage(message.aux.ID);
    return text;
  }

  /** The image that the build has made, when it has ended well. */
  get made(): string | undefined {
    return this.#last;
  }

  /** Images that hold layers of this build, and that no other image of it is made of. */
  get heads(): readonly string[] {
    return this.#image === undefined ? this.#stages : [...this.#stages, this.#image];
  }

  refused(words: string, exitCode: number | undefined): EngineRefused {
    if (!this.#step) return new EngineRefused('image_build', words);
    const { number, instruction } = this.#step;
    const what = exitCode === undefined || exitCode === 0 ? words : `ended with exit code ${exitCode}`;
    return new EngineRefused('image_build', `step ${number}, \`${instruction}\`: ${what}`);
  }

  #endStage(id: string): void {
    this.#last = id;
    if (this.#image !== undefined) this.#stages.push(id);
    this.#image = undefined;
  }
}

/** Images that FROM pulls report like any pull; their progress bars are not for a log. */
function pullText({ status, id, progressDetail }: EngineMessage): string {
  if (status === undefined || progressDetail?.current !== undefined) return '';
  return id === undefined ? `${status}\n` : `${id}: ${status}\n`;
}
