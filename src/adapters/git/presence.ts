import { stat } from 'node:fs/promises';

export async function isThere(at: string): Promise<boolean> {
  return await stat(at).then(
    () => true,
    () => false,
  );
}
