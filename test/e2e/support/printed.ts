import { docker } from '../../contract/support/images.js';

/** Pulls an image as a user would, and gives what its command prints. */
export async function printedBy(reference: string): Promise<string> {
  const engine = docker();
  await engine
    .getImage(reference)
    .remove({ force: true })
    .catch(() => undefined);
  const pull = await engine.pull(reference);
  await new Promise((resolve) => engine.modem.followProgress(pull, resolve));
  const container = await engine.createContainer({ Image: reference });
  try {
    await container.start();
    await container.wait();
    const logs = await container.logs({ stdout: true });
    return logs.subarray(8).toString();
  } finally {
    await container.remove({ force: true });
    await engine.getImage(reference).remove({ force: true });
  }
}
