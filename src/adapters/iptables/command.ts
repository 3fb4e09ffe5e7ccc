import { spawn } from 'node:child_process';

/** iptables ended with something else than 0, or is not there. */
export class IptablesFailed extends Error {
  override readonly name = 'IptablesFailed';
  /** Absent when the program could not be started. */
  readonly exitCode: number | undefined;
  constructor(message: string, exitCode: number | undefined, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** Runs one program of iptables. @returns its stdout @throws IptablesFailed with what it wrote on stderr */
export async function iptables(program: string, args: readonly string[], input = ''): Promise<string> {
  return await new Promise<string>((resolve, reject) => {
    const child = spawn(program, args);
    let said = '';
    let words = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      words += text;
    });
    child.on('error', (cause) => {
      reject(new IptablesFailed(`${program} cannot be started: ${cause.message}`, undefined, { cause }));
    });
    child.on('close', (exitCode) => {
      if (exitCode === 0) return resolve(said);
      reject(new IptablesFailed(words.trim() || `${program} ended with ${exitCode}`, exitCode ?? undefined));
    });
    // A program that ends early does not read it: its exit code says more than EPIPE.
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}
