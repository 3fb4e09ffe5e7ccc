import type { Live } from '../logs/live.js';
import type { LogArchive } from '../logs/ports.js';
import type { LogNotes } from '../runs/ports.js';

const NEWLINE = 0x0a;

/** Lines of ours in the logs of stages, under a fence that no worker has. */
export function createLogNotes({
  archive,
  live,
  now,
}: {
  readonly archive: LogArchive;
  readonly live: Live;
  readonly now: () => number;
}): LogNotes {
  const lastBytes = async (run: number, stage: string, size: number, bytes: number): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    for await (const piece of archive.read({ run, stage }, Math.max(0, size - bytes), size))
      pieces.push(piece);
    return Buffer.concat(pieces);
  };
  return {
    async note(run, stage, fence, line) {
      const size = await archive.size({ run, stage });
      if (size === 0) return;
      const bytes = Buffer.from(`${line}\n`);
      const last = await lastBytes(run, stage, size, bytes.length);
      if (last.equals(bytes)) return;
      // What a killed script printed last may be half a line.
      const start = last.at(-1) === NEWLINE ? [] : [NEWLINE];
      const key = { run, stage, fence };
      await archive.append({
        key,
        offset: 0,
        bytes: Buffer.concat([Buffer.from(start), bytes]),
        stamps: [{ offset: 0, at: now(), stream: 'cyclone' }],
      });
      await archive.close(run, stage);
      live.published({ key });
    },
  };
}
