import type { Live } from '../logs/live.js';
import type { LogArchive } from '../logs/ports.js';
import type { LogNotes } from '../runs/ports.js';

const NEWLINE = 0x0a;

/** Lines of ours in the logs of stages, under a fence that no worker has. */
export function createLogNotes({
  archive,
  live,
}: {
  readonly archive: LogArchive;
  readonly live: Live;
}): LogNotes {
  /** What a killed script printed last may be half a line. */
  const endsInLine = async (run: number, stage: string, size: number): Promise<boolean> => {
    let last: number | undefined;
    for await (const bytes of archive.read(run, stage, size - 1, size)) last = bytes.at(-1);
    return last !== undefined && last !== NEWLINE;
  };
  return {
    async note(run, stage, fence, line) {
      const size = await archive.size(run, stage);
      if (size === 0) return;
      const start = (await endsInLine(run, stage, size)) ? '\n' : '';
      const key = { run, stage, fence };
      await archive.append({ key, offset: 0, bytes: Buffer.from(`${start}${line}\n`) });
      await archive.close(run, stage);
      live.published({ key });
    },
  };
}
