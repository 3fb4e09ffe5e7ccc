import { EngineRefused } from '../../worker/ports.js';
import type { EngineMessage } from './messages.js';

/** What belongs into the log, and the number of the step whose heading it is. */
export interface Said {
  readonly text: string;
  readonly step?: number;
  /** The beginning of the id of what the step came to, or found in the cache. */
  readonly image?: string;
}

/** What the classic builder says, and what only its words tell: its errors do not name the step. */
export class BuildOutput {
  #step: { readonly number: number; readonly total: string; readonly instruction: string } | undefined;
  /** The image that the present stage of the Dockerfile has come to; none while that is its base. */
  #image: string | undefined;
  readonly #stages: string[] = [];
  #last: string | undefined;

  see(message: EngineMessage): Said {
    const text = message.stream ?? pullText(message);
    const step = this.#beginStep(text);
    const image = /^ ---> ([0-9a-f]{12})\n$/.exec(text)?.[1];
    if (image !== undefined) this.#image = /^FROM\s/i.test(this.#step?.instruction ?? '') ? undefined : image;
    // At the end of each stage, by the builder itself: a program of the Dockerfile can print, but not this.
    if (message.aux?.ID !== undefined) this.#endStage(message.aux.ID);
    return { text, ...(step !== undefined && { step }), ...(image !== undefined && { image }) };
  }

  /** The image that the present instruction takes, when it is a FROM. */
  get base(): string | undefined {
    return /^FROM\s+(?:--\S+\s+)*(\S+)/i.exec(this.#step?.instruction ?? '')?.[1];
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
    const { number, total, instruction } = this.#step;
    const what = exitCode === undefined || exitCode === 0 ? words : `ended with exit code ${exitCode}`;
    return new EngineRefused('image_build', `step ${number}/${total}, \`${instruction}\`: ${what}`);
  }

  /** A program of the Dockerfile can print such a line too: only the next step's can be one. */
  #beginStep(text: string): number | undefined {
    const [, digits, total = '', instruction = ''] = /^Step (\d+)\/(\d+) : ([^\n]*)/.exec(text) ?? [];
    const number = Number(digits);
    const isNext = this.#step === undefined ? number === 1 : number === this.#step.number + 1;
    if (!isNext || (this.#step !== undefined && this.#step.total !== total)) return undefined;
    this.#step = { number, total, instruction };
    return number;
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
