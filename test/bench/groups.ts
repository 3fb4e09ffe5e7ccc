import { buildRows } from './build.js';
import { checkoutRows } from './checkout.js';
import { startRow } from './command-line.js';
import { firstStageRows } from './first-stage.js';
import { intakeRows } from './intake.js';
import { liveRows } from './live.js';
import { archiveRows } from './log-archive.js';
import { logPageRows } from './log-page.js';
import { logRows } from './log-search.js';
import { throughputRows } from './log-throughput.js';
import { memoryRows } from './memory.js';
import { pipelineRows } from './pipeline.js';
import { coldRows, fuzzRow, warmRows } from './pipeline-file.js';
import { pipelineTrace } from './pipeline-trace.js';
import type { Row } from './report.js';
import { requestRows } from './requests.js';
import { reuseRows } from './reuse.js';
import { scaleRows } from './scale.js';
import { stageRows } from './stage.js';
import { startRows } from './start.js';

/** What `script/bench NAME` measures. */
export interface Measure {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  /** @throws Error when something is missing, in words that say what */
  readonly measure: () => Promise<readonly Row[]> | readonly Row[];
  /** One turn, for `--trace`: a table in Markdown of what it asked of others. */
  readonly trace?: () => Promise<string>;
}

/** Files with mistakes that the reader must answer. */
const BROKEN_FILES = 10_000;

/** In the order in which they run: what needs no more than Node first. */
export const GROUPS: readonly Measure[] = [
  {
    name: 'file',
    about: 'reading, checking and planning a caicloud.yml; the command line from its start',
    measure: () => [...coldRows(), ...warmRows(), fuzzRow(BROKEN_FILES), startRow(10)],
  },
  {
    name: 'checkout',
    about: 'the files of a commit from a mirror, with a fetch over HTTP',
    measure: checkoutRows,
  },
  {
    name: 'build',
    about: 'an image whose steps are cached, and one with a changed file, beside docker build',
    measure: buildRows,
  },
  { name: 'archive', about: 'keeping a log, reading from the middle of one', measure: archiveRows },
  { name: 'search', about: 'searching a log of 1,000,000 lines', measure: logRows },
  {
    name: 'page',
    about: 'the page of a log in a browser (Chromium): opened, searched, and while it grows',
    measure: logPageRows,
  },
  {
    name: 'start',
    about: 'a server with all its embedded defaults, from exec until it is ready',
    measure: startRows,
  },
  { name: 'memory', about: 'server and worker in one process, idle', measure: memoryRows },
  { name: 'reuse', about: 'a stage whose inputs did not change', measure: reuseRows },
  {
    name: 'intake',
    about: 'webhooks: 200 a second, a burst of pushes, and one until its check is asked for',
    measure: intakeRows,
  },
  {
    name: 'scale',
    about: 'one push more behind 5,000 queued jobs of 500 repositories',
    measure: scaleRows,
  },
  { name: 'requests', about: "what a run takes of GitHub's rate limit", measure: requestRows },
  { name: 'log', about: 'a log of 200 MB, from stdout to the archive', measure: throughputRows },
  {
    name: 'live',
    about: 'a log that is followed while a stage prints 20,000 lines a second',
    measure: liveRows,
  },
  {
    name: 'pipeline',
    about: 'the five stages for a pushed tag, beside a shell script that does the same',
    measure: pipelineRows,
    trace: pipelineTrace,
  },
  { name: 'stage', about: 'what a stage costs in a chain of ten', measure: stageRows },
  {
    name: 'first-stage',
    about: 'a worker that is handed a job, until it has the first output',
    measure: firstStageRows,
  },
];
