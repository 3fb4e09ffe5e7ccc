import { rmSync } from 'node:fs';

export default function tearDown() {
  const directory = process.env.CYCLONE_TEST_TMPDIR;
  if (directory !== undefined) {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}
