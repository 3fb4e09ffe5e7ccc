import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pack } from 'tar-stream';
import type { ContainerCreate } from '../../src/worker/ports.js';
import type { Program } from '../fakes/engine/fake-container.js';

/** A file's text, or `-> target` for a link; a name that ends in a slash is an empty directory. */
export type Files = Readonly<Record<string, string>>;

/** What the engine answers when one file is copied out of a container. */
export function tarOf(name: string, text: string): AsyncIterable<Buffer> {
  const tar = pack();
  tar.entry({ name }, text);
  tar.finalize();
  return tar as AsyncIterable<Buffer>;
}

/** A directory with these in it. */
export function directoryOf(files: Files = {}): string {
  const directory = mkdtempSync(path.join(tmpdir(), 'cyclone-files-'));
  fill(directory, files);
  return directory;
}

export function fill(directory: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(directory, name);
    mkdirSync(path.dirname(file), { recursive: true });
    if (name.endsWith('/')) mkdirSync(file, { recursive: true });
    else if (text.startsWith('-> ')) symlinkSync(text.slice(3), file);
    else writeFileSync(file, text);
  }
}

/** Makes directories in it that lie deeper than a path may be long: half of them are made elsewhere. */
export function sink(directory: string, name = Buffer.from('d')): void {
  const dive = (from: Buffer): Buffer => {
    let deepest = from;
    for (let made = 0; made < 12; made += 1) {
      deepest = Buffer.concat([deepest, Buffer.from(`/${'d'.repeat(200)}`)]);
      mkdirSync(deepest);
    }
    return deepest;
  };
  const top = Buffer.concat([Buffer.from(`${directory}/`), name]);
  mkdirSync(top);
  const lower = mkdtempSync(path.join(tmpdir(), 'cyclone-files-'));
  dive(Buffer.from(lower));
  renameSync(lower, Buffer.concat([dive(top), Buffer.from('/lower')]));
}

/** What a directory holds, as {@link fill} takes it; directories that hold something are not named. */
export function filesIn(directory: string): Files {
  const names = readdirSync(directory, { recursive: true, withFileTypes: true });
  const files = names.flatMap((entry): [string, string][] => {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(directory, file);
    if (entry.isSymbolicLink()) return [[name, `-> ${readlinkSync(file)}`]];
    if (!entry.isDirectory()) return [[name, readFileSync(file, 'utf8')]];
    return readdirSync(file).length === 0 ? [[`${name}/`, '']] : [];
  });
  return Object.fromEntries(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Where a path of the container is on this machine. */
export function hostPath({ mounts }: Pick<ContainerCreate, 'mounts'>, target: string): string {
  const found = mounts.find((mount) => target === mount.target || target.startsWith(`${mount.target}/`));
  if (found === undefined) throw new Error(`nothing is mounted at ${target}`);
  return path.join(found.source, target.slice(found.target.length));
}

/** A program that leaves these files in the workspace. */
export function writing(files: Files, code = 0): Program {
  return ({ spec }) => {
    fill(hostPath(spec, '/root/code'), files);
    return code;
  };
}

/** A program that shows what is in the workspace, then leaves these files in it. */
export function looking(show: (files: Files) => void, files: Files = {}): Program {
  return (running) => {
    show(filesIn(hostPath(running.spec, '/root/code')));
    return writing(files)(running);
  };
}
