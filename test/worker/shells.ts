import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createMarkerSplitter, type Piece } from '../../src/worker/markers.js';
import { createScript, goSignal } from '../../src/worker/script.js';

/** The shells of this machine that an image's /bin/sh may be. */
export const SHELLS = ['/usr/bin/dash', '/usr/bin/bash', '/usr/bin/busybox'].filter((shell) =>
  existsSync(shell),
);

export interface ShellRun {
  readonly pieces: readonly Piece[];
  /** All that was printed, markers as `<1>`. */
  readonly text: string;
  readonly exitCode: number;
  /** It waited, behind its script's end, for the end of its stdin. */
  readonly stayed: boolean;
  readonly end: Extract<Piece, { kind: 'end' }> | undefined;
}

export interface ShellOptions {
  readonly late?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** The script comes with the go-signal. */
  readonly lateScript?: boolean;
  /** Close stdin without a go-signal. */
  readonly go?: boolean;
  /** The shell is told to stay behind its script; stdin is closed when it does, or has ended. */
  readonly stays?: boolean;
}

/**
 * Runs commands as a stage does, on this machine. The real script kills every process that it can
 * see: here it kills none.
 */
export async function runInShell(
  shell: string,
  commands: readonly string[],
  { late = [], environment = {}, lateScript = false, go = true, stays = false }: ShellOptions = {},
): Promise<ShellRun> {
  const script = createScript(commands, { late: lateScript, killAll: ':' });
  const sh = path.join(mkdtempSync(path.join(tmpdir(), 'cyclone-sh-')), 'sh');
  symlinkSync(shell, sh);
  const [program = '', ...args] = script.entrypoint.map((arg) => arg.replaceAll('/bin/sh', sh));
  if (args.some((arg) => /kill\s+-KILL\s+-1/.test(arg))) throw new Error('this would kill the machine');
  const environmentOfChild = { PATH: process.env['PATH'], ...environment };
  const child = spawn(program, args, { env: environmentOfChild, timeout: 4000, killSignal: 'SIGKILL' });
  const splitter = createMarkerSplitter(script);
  const pieces: Piece[] = [];
  child.stdout.on('data', (chunk: Buffer) => pieces.push(...splitter.push(chunk)));
  child.stderr.on('data', (chunk: Buffer) => pieces.push({ kind: 'bytes', bytes: chunk }));
  // As in a container, it stays open: what reads it would wait for ever.
  if (go) child.stdin.write(goSignal(script, { late, stays }));
  else child.stdin.end();
  const closed = new Promise<number>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? (signal === null ? -1 : 128)));
  });
  const hasEnded = (): boolean => pieces.some(({ kind }) => kind === 'end');
  const stayed = stays && (await readsInput(child, hasEnded));
  if (stays) child.stdin.end();
  const exitCode = await closed;
  pieces.push({ kind: 'bytes', bytes: splitter.rest() });
  return {
    pieces,
    text: pieces.map(textOf).join(''),
    exitCode,
    stayed,
    end: pieces.find((piece) => piece.kind === 'end'),
  };
}

/** @returns whether it came to wait for its input behind its script's end; false when it ended itself */
async function readsInput(child: ChildProcess, hasEnded: () => boolean): Promise<boolean> {
  while (child.exitCode === null && child.signalCode === null) {
    if (hasEnded() && sleeps(child)) return true;
    await sleep(1);
  }
  return false;
}

/** Behind its script, a shell has nothing else to wait for: proc_pid_stat(5), the field behind the name. */
function sleeps({ pid }: ChildProcess): boolean {
  return / S /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
}

function textOf(piece: Piece): string {
  switch (piece.kind) {
    case 'bytes':
      return piece.bytes.toString();
    case 'command':
      return `<${piece.index}>`;
    case 'end':
      return '';
  }
}
