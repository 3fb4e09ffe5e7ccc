// Before a run of Jest: everything that tests put into the temporary directory goes into one of this run.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export default function setUp() {
  process.env.CYCLONE_TEST_TMPDIR ??= mkdtempSync(path.join(tmpdir(), 'cyclone-test-'));
  process.env.TMPDIR = process.env.CYCLONE_TEST_TMPDIR;
}
