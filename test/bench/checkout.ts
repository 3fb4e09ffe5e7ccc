import { execFileSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { gitCheckout } from '../../src/adapters/git/checkout.js';
import type { CheckoutRequest } from '../../src/worker/ports.js';
import {
  createOrigin,
  type GitServer,
  type Origin,
  pushOf,
  repositoryAt,
  runGitHere,
  serveGit,
  temporary,
} from '../adapters/git/origin.js';
import { summaryOf, timed, timedUntil } from './measure.js';
import type { Row } from './report.js';

const FILES = 10_000;
const FILES_OF_DIRECTORY = 100;
const LINES = 100;
const CHANGED = 5;
const TURNS = 9;
/** Of one repository, each with a fetch of its own: what a busy one has in some days. */
const MANY = 500;
const never = new AbortController().signal;

/** What a job waits for before its first stage: fetch over HTTP, files, a `.git` that works. */
export async function checkoutRows(): Promise<readonly Row[]> {
  const root = temporary('bench-checkout');
  const origin = createOrigin(path.join(root, 'acme', 'api'));
  origin.commit(filesOf(FILES));
  const server = await serveGit(root, undefined);
  try {
    const bench = openBench(root, origin, server);
    await bench.checkOut(origin.git('rev-parse', 'HEAD'));
    const warm = await bench.rows(`warm checkout of ${FILES} files, ${CHANGED} changed`, TURNS);
    const there = await bench.there(TURNS);
    for (const sha of manyCommits(origin, MANY)) await bench.fetch(sha);
    const later = await bench.rows(`the same after ${MANY} fetches`, TURNS);
    return [warm, there, later];
  } finally {
    await server.close();
    await rm(root, { recursive: true, force: true });
  }
}

function openBench(root: string, origin: Origin, server: GitServer) {
  const git = gitCheckout({
    mirrors: path.join(root, 'mirrors'),
    environment: { PATH: process.env['PATH'] ?? '' },
  });
  let count = 0;
  const requestOf = (sha: string): CheckoutRequest => ({
    repository: repositoryAt(`${server.url}/acme/api/.git`),
    trigger: pushOf(sha),
    directory: path.join(root, `workspace-${(count += 1)}`),
  });
  const checkOut = async (sha: string): Promise<CheckoutRequest> => {
    const request = requestOf(sha);
    await mkdir(request.directory);
    await git.checkout(request, never);
    return request;
  };
  const change = (): string => {
    count += 1;
    const names = Array.from({ length: CHANGED }, (_, index) => nameOf((count * 37 + index * 1009) % FILES));
    return origin.commit(Object.fromEntries(names.map((name) => [name, `changed ${count}\n`])));
  };
  /** By hand, from the mirror that has the commit already: without the fetch. */
  const cloneShared = async (request: CheckoutRequest): Promise<number> => {
    const [objects = ''] = await git.borrows(request);
    const clone = path.join(root, `clone-${(count += 1)}`);
    return timed(() => {
      const from = path.dirname(objects);
      // It says that the mirror looks empty: it has no branches.
      execFileSync('git', ['clone', '--quiet', '--shared', '--no-checkout', from, clone], {
        stdio: 'ignore',
      });
      runGitHere(clone, 'checkout', '--quiet', '--detach', request.trigger.sha);
    });
  };
  // Nothing is removed until the end: ext4 looks long for inodes where others were freed a moment ago.
  const measured = async (name: string, turns: number, next: () => string): Promise<Row> => {
    const [ours, reference]: [number[], number[]] = [[], []];
    for (let turn = 0; turn < turns; turn += 1) {
      const sha = next();
      let request: CheckoutRequest | undefined;
      ours.push(await timedUntil(async () => (request = await checkOut(sha))));
      if (request !== undefined) reference.push(await cloneShared(request));
    }
    return {
      name,
      ours: summaryOf(ours),
      reference: { name: 'git clone --shared of the mirror, checkout', sample: summaryOf(reference) },
      goal: { of: 'ratio', atMost: 1.3 },
    };
  };
  return {
    checkOut,
    rows: (name: string, turns: number) => measured(name, turns, change),
    there: (turns: number) => {
      const sha = origin.git('rev-parse', 'HEAD');
      return measured(`checkout of ${FILES} files, the commit is there`, turns, () => sha);
    },
    /** Without its files. */
    async fetch(sha: string) {
      const request = requestOf(sha);
      await mkdir(request.directory);
      await git.tree(request, never);
      await rm(request.directory, { recursive: true });
    },
  };
}

/** One after the other, made at once. @returns the commits */
function manyCommits(origin: Origin, count: number): readonly string[] {
  const from = origin.git('rev-parse', 'HEAD');
  const stream = Array.from({ length: count }, (_, index) =>
    [
      'commit refs/heads/main',
      `committer Ada <ada@example.com> ${index} +0000`,
      'data 8\na change',
      ...(index === 0 ? [`from ${from}`] : []),
      `M 100644 inline ${nameOf((index * 17) % FILES)}`,
      `data 6\n${String(index).padStart(6)}\n`,
    ].join('\n'),
  ).join('');
  execFileSync('git', ['-C', origin.directory, 'fast-import', '--quiet'], { input: stream });
  origin.git('reset', '--quiet', '--hard');
  return origin.git('rev-list', '--reverse', `${from}..HEAD`).split('\n');
}

function nameOf(index: number): string {
  const directory = Math.floor(index / FILES_OF_DIRECTORY);
  return `part${directory % 10}/module${directory}/file${index}.ts`;
}

/** Text as source is: some kilobytes each, no two alike. */
function filesOf(count: number): Readonly<Record<string, string>> {
  const text = (file: number): string =>
    Array.from(
      { length: (file % LINES) + 1 },
      (_, line) => `export const a${line} = ${file * line + 17};\n`,
    ).join('');
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [nameOf(index), text(index)]));
}
