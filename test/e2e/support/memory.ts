import { readFile, writeFile } from 'node:fs/promises';

const MIB = 1024 * 1024;

/** What a process has in memory, in MiB: now, and at the most since its peak was forgotten. */
export async function memoryOf(pid: number): Promise<{ readonly now: number; readonly peak: number }> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  const figure = (name: string): number => {
    const kib = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
    if (kib === undefined) throw new Error(`no ${name} of process ${String(pid)}`);
    return (Number(kib) * 1024) / MIB;
  };
  return { now: figure('VmRSS'), peak: figure('VmHWM') };
}

/** https://docs.kernel.org/filesystems/proc.html: 5 sets VmHWM to what the process has now. */
export async function forgetPeak(pid: number): Promise<void> {
  await writeFile(`/proc/${String(pid)}/clear_refs`, '5');
}
