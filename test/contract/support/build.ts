import { Readable } from 'node:stream';
import { pack } from 'tar-stream';
import type { ImageBuild, Labels } from '../../../src/worker/ports.js';

/** A build with a Dockerfile and files beside it. */
export function buildOf({
  tag,
  labels,
  dockerfile,
  files = {},
}: {
  readonly tag: string;
  readonly labels: Labels;
  readonly dockerfile: string;
  readonly files?: Readonly<Record<string, string>>;
}): ImageBuild {
  return {
    context: contextOf({ Dockerfile: dockerfile, ...files }),
    dockerfile: 'Dockerfile',
    tag,
    labels,
    pull: false,
    limits: { memory: 0, cpus: 0, pids: 0 },
    auth: {},
  };
}

function contextOf(files: Readonly<Record<string, string>>): AsyncIterable<Buffer> {
  const tar = pack();
  // The time of a file is part of what the cache goes by.
  for (const [name, content] of Object.entries(files)) tar.entry({ name, mtime: new Date(0) }, content);
  tar.finalize();
  return Readable.from(tar, { objectMode: false });
}
