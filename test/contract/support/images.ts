/**
 * Images for tests on a real engine, made of Debian's static busybox (package busybox-static): nothing is pulled.
 * Each function is safe to call from several test files, one after the other or at once.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import Dockerode from 'dockerode';
import { pack } from 'tar-stream';

/**
 * A shell, and whatever else busybox is; `PATH=/bin`, runs `/bin/sh`.
 * Its `wget -T` crashes (it is static, and glibc is not made for that); without -T it works.
 */
export const BUSYBOX = 'cyclone-test/busybox:1';
/** One program, `/echo`, that prints `hello`, and no shell. */
export const NO_SHELL = 'cyclone-test/no-shell:1';
/** HEALTHCHECK: healthy as soon as /tmp/ready exists; its command makes that when it gets a line of input. */
export const HEALTHCHECK = 'cyclone-test/healthcheck:1';
/** Like busybox, with this machine's git and the libraries that it needs. */
export const GIT = 'cyclone-test/git:1';
/** Like busybox, with the Node that runs this and the libraries that it needs. */
export const NODE = 'cyclone-test/node:1';
/** Like busybox, but runs as uid 1000 in /home/app. */
export const USER = 'cyclone-test/user:1';

const dockerfiles: Readonly<Record<string, string>> = {
  [BUSYBOX]: `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "mkdir", "-p", "-m", "1777", "/tmp"]
RUN ["/bin/busybox", "mkdir", "-p", "/root", "/etc", "/home/app", "/usr/bin"]
RUN ["/bin/busybox", "--install", "/bin"]
ENV PATH=/bin
CMD ["/bin/sh"]
`,
  // busybox is the program that it is called by.
  [NO_SHELL]: `FROM scratch
COPY busybox /echo
ENTRYPOINT ["/echo"]
CMD ["hello"]
`,
  [HEALTHCHECK]: `FROM ${BUSYBOX}
HEALTHCHECK --interval=1s --timeout=5s --retries=2 CMD ["test", "-e", "/tmp/ready"]
CMD ["/bin/sh", "-c", "read line && touch /tmp/ready; sleep 300"]
`,
  [GIT]: `FROM ${BUSYBOX}
COPY program/ /
ENV PATH=/bin:/usr/bin
`,
  [NODE]: `FROM ${BUSYBOX}
COPY program/ /
ENV PATH=/bin:${path.dirname(process.execPath)}
`,
  [USER]: `FROM ${BUSYBOX}
RUN chown 1000:1000 /home/app
USER 1000:1000
WORKDIR /home/app
`,
};

export async function busyboxImage(): Promise<string> {
  return await make(BUSYBOX);
}

export async function noShellImage(): Promise<string> {
  return await make(NO_SHELL);
}

export async function healthcheckImage(): Promise<string> {
  await make(BUSYBOX);
  return await make(HEALTHCHECK);
}

export async function gitImage(): Promise<string> {
  await make(BUSYBOX);
  return await make(GIT, await withLibraries('/usr/bin/git'));
}

export async function nodeImage(): Promise<string> {
  await make(BUSYBOX);
  return await make(NODE, await withLibraries(process.execPath));
}

export async function userImage(): Promise<string> {
  await make(BUSYBOX);
  return await make(USER);
}

/** Makes an image of files, `Dockerfile` among them, by the engine's API; `docker build` for tests. */
export async function buildImage(
  tag: string,
  files: Readonly<Record<string, string | Buffer>>,
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  const context = pack();
  for (const [name, content] of Object.entries(files)) context.entry({ name, mode: 0o755 }, content);
  context.finalize();
  const stream = await docker().buildImage(Readable.from(context, { objectMode: false }), {
    t: tag,
    forcerm: true,
    labels: { ...labels },
  });
  let said = '';
  for await (const chunk of stream) said += String(chunk);
  if (said.includes('"errorDetail"')) throw new Error(`the engine did not build ${tag}:\n${said}`);
}

/** The engine of the tests. */
export function docker(): Dockerode {
  return new Dockerode();
}

async function make(tag: string, more: Readonly<Record<string, Buffer>> = {}): Promise<string> {
  const dockerfile = dockerfiles[tag];
  if (dockerfile === undefined) throw new Error(`no Dockerfile for ${tag}`);
  // What an image is made of is one of its labels: a changed Dockerfile makes a new one.
  const recipe = createHash('sha256').update(dockerfile).digest('hex');
  const present = await docker()
    .getImage(tag)
    .inspect()
    .catch(() => undefined);
  if (present?.Config.Labels?.['cyclone-test.recipe'] === recipe) return tag;
  const files = { Dockerfile: dockerfile, busybox: await readFile('/bin/busybox'), ...more };
  await buildImage(tag, files, { 'cyclone-test.recipe': recipe });
  return tag;
}

/** A program of this machine and what it is linked with, below `program/`, at their own paths. */
async function withLibraries(program: string): Promise<Readonly<Record<string, Buffer>>> {
  const linked = execFileSync('ldd', [program], { encoding: 'utf8' });
  const paths = [program, ...[...linked.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file)];
  return Object.fromEntries(
    await Promise.all(paths.map(async (file) => [`program${file}`, await readFile(file)] as const)),
  );
}
