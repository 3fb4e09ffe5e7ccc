import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { busyboxImage, docker } from '../contract/support/images.js';
import { startRegistry } from '../contract/support/registry.js';
import { type ServerProcess, startServer } from '../e2e/support/server.js';
import { type FakeGitHub, startGitHub } from '../fakes/github/github.js';
import type { CheckRun } from '../fakes/github/state/model.js';
import { createPerson } from '../fakes/github/testing/person.js';
import { checkLine, clearProgress, progressLine, say } from './screen.js';

// Everything at once, on this machine alone: GitHub's stand-in, a registry, Cyclone with its embedded
// defaults, and a push whose checks are shown as they come.
const USAGE = `Usage: script/demo [--keep]

Starts Cyclone with its embedded defaults and a local stand-in for GitHub, pushes a sample repository with
a tag, and shows every check until all are done. Exits 0 when all are green.

  --keep   leave everything running afterwards (Ctrl-C ends it), to look at the pages and push again
  --help   print this
`;
const SAMPLE = 'test/demo/sample';
const REPOSITORY = 'acme/hello';
const TAG = 'v1.0.0';

async function demo(keep: boolean): Promise<number> {
  const undo: (() => Promise<unknown>)[] = [];
  const stop = interruption();
  try {
    return await Promise.race([show(keep, undo, stop), stop.then(() => 130)]);
  } catch (error) {
    console.error(`script/demo: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  } finally {
    for (const step of undo.toReversed()) {
      await step();
    }
  }
}

async function show(keep: boolean, undo: (() => Promise<unknown>)[], stop: Promise<void>): Promise<number> {
  const version = (await docker().version()) as { Version: string };
  await docker()
    .getImage(await busyboxImage())
    .tag({ repo: 'cyclone-demo/busybox', tag: '1' });
  say('engine', `Docker ${version.Version}, busybox image ready`);

  const dataDir = await mkdtemp(path.join(tmpdir(), 'cyclone-demo-'));
  undo.push(() => rm(dataDir, { recursive: true, force: true }));
  const registry = await startRegistry();
  undo.push(() => registry.stop());
  const github = await startGitHub({ port: await portOr(4010) });
  undo.push(() => github.close());
  say('defaults', `redis-server (own, append-only), SQLite, registry on ${registry.host}`);
  say('github', `stand-in on ${github.url}`);

  const began = performance.now();
  const { server, url } = await startCyclone(github, registry.host, dataDir);
  undo.push(() => server.stop());
  say('app', `${url} ready in ${seconds(performance.now() - began)}`);

  const sha = await pushSample(github);
  say('push', `${REPOSITORY} ${TAG} (${sha.slice(0, 7)})`);
  const green = await watch(github, server, sha);
  const page = runPage(github.checkRuns(REPOSITORY, sha));
  console.log(` ${page}   ${keep ? '(Ctrl-C ends it)' : '(script/demo --keep leaves it running)'}`);
  if (keep) {
    console.log(` ${github.url}/${REPOSITORY}   push more: git clone ${github.pushUrl(REPOSITORY)}`);
    await stop;
  }
  return green ? 0 : 1;
}

async function startCyclone(
  github: FakeGitHub,
  registry: string,
  dataDir: string,
): Promise<{ server: ServerProcess; url: string }> {
  const port = await portOr(3000);
  const url = `http://localhost:${String(port)}`;
  const server = await startServer({
    APP_ID: String(github.appId),
    PRIVATE_KEY: github.privateKey,
    WEBHOOK_SECRET: github.webhookSecret,
    GHE_HOST: `127.0.0.1:${String(github.port)}`,
    GHE_PROTOCOL: 'http',
    PORT: String(port),
    CYCLONE_PUBLIC_URL: url,
    CYCLONE_DATA_DIR: dataDir,
    // The directory goes with the demo: nobody would remove from the engine what is kept.
    CYCLONE_KEEP: '0',
    REGISTRY_LOCATION: registry,
  });
  github.webhooksTo(`${server.url}/api/github/webhooks`);
  return { server, url };
}

/** The sample is there; what is pushed is its first release. */
async function pushSample(github: FakeGitHub): Promise<string> {
  const [owner = '', name = ''] = REPOSITORY.split('/');
  const names = await readdir(SAMPLE);
  const contents = await Promise.all(names.map((file) => readFile(path.join(SAMPLE, file), 'utf8')));
  const files = Object.fromEntries(names.map((file, index) => [file, contents[index] ?? '']));
  await github.createRepository({ owner, name, files });
  const person = await createPerson();
  try {
    await person.git('clone', '--quiet', github.pushUrl(REPOSITORY), '.');
    await person.git('tag', TAG);
    await person.git('push', '--quiet', 'origin', TAG);
    return await person.git('rev-parse', 'HEAD');
  } finally {
    await person.leave();
  }
}

/** Prints each check when it is done, in the order of the stages. @returns whether all are green */
async function watch(github: FakeGitHub, server: ServerProcess, sha: string): Promise<boolean> {
  const began = performance.now();
  const shown = new Set<string>();
  for (;;) {
    const checks = await github.waitFor(() => news(github.checkRuns(REPOSITORY, sha), shown), {
      what: 'the checks of the push',
      timeoutMs: 120_000,
    });
    clearProgress();
    for (const check of checks.filter(isDone)) {
      shown.add(check.state.name);
      if (check.state.name === 'cyclone') {
        const green = check.state.conclusion === 'success';
        console.log(` ${green ? 'all green' : 'not green'} in ${seconds(performance.now() - began)}`);
        return green;
      }
      console.log(checkLine(check, await detail(server, check)));
      if (check.state.conclusion === 'failure') {
        console.log(indent(await log(server, check), 12));
      }
    }
    progressLine(checks.filter((check) => !isDone(check)).map((check) => check.state.name));
  }
}

/** Checks that are done and not shown; `cyclone` only as the last. */
function news(checks: readonly CheckRun[], shown: ReadonlySet<string>): readonly CheckRun[] | undefined {
  const done = checks.filter((check) => isDone(check) && !shown.has(check.state.name));
  const stages = done.filter((check) => check.state.name !== 'cyclone');
  const allOver = checks.every(isDone);
  return stages.length > 0 || (allOver && done.length > 0)
    ? [...stages, ...(allOver ? done.filter((check) => check.state.name === 'cyclone') : [])]
    : undefined;
}

const isDone = (check: CheckRun): boolean => check.state.status === 'completed';

/** The last line of the stage's log that is not a command. */
async function detail(server: ServerProcess, check: CheckRun): Promise<string> {
  const lines = (await log(server, check))
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('$ '));
  const last = (lines.at(-1) ?? '').replace(/^Built /, '');
  return /sha256:[0-9a-f]{12}/.exec(last)?.[0] ?? last.slice(0, 80);
}

async function log(server: ServerProcess, check: CheckRun): Promise<string> {
  const page = new URL(check.state.detailsUrl ?? server.url);
  const response = await fetch(`${server.url}${page.pathname}/log${page.search}`);
  return response.ok ? (await response.text()).trimEnd() : '';
}

function runPage(checks: readonly CheckRun[]): string {
  return checks.find((check) => check.state.name === 'cyclone')?.state.detailsUrl ?? '';
}

function indent(text: string, most: number): string {
  return text
    .split('\n')
    .slice(-most)
    .map((line) => `       ${line}`)
    .join('\n');
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** The port when it is free, otherwise any that is. */
function portOr(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', wanted === 0 ? reject : () => resolve(portOr(0)));
    probe.listen(wanted, '0.0.0.0', () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}

/** Ctrl-C: what was started is stopped all the same. */
function interruption(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
}

// Last: everything above is defined by now.
const { values } = parseArgs({ options: { keep: { type: 'boolean' }, help: { type: 'boolean' } } });
if (values.help === true) {
  process.stdout.write(USAGE);
} else {
  process.exitCode = await demo(values.keep === true);
}
