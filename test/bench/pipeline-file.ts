import { parseDocument } from 'yaml';
import { planFor, trialOf } from '../../src/cli/trial.js';
import { type Config, parseConfig } from '../../src/pipeline/config/parse.js';
import { mutated } from '../pipeline/config/fuzz/mutations.js';
import { faultsOf } from '../pipeline/config/fuzz/soundness.js';
import { docsExamples, fixtureFiles, type SourceFile } from '../pipeline/config/fuzz/sources.js';
import { aliasedMatrices, denseMatrices, wideFile } from './large-files.js';
import { sampleOf, summaryOf, timed } from './measure.js';
import type { Row } from './report.js';

const PARSE = "yaml's parse of the same";
const ROUND_TRIP = 'JSON round trip of the plan';
const TAG = trialOf({ event: 'tag' });

function parse(text: string): unknown {
  return parseDocument(text, { version: '1.1', uniqueKeys: false });
}

function plan(config: Config): unknown {
  return planFor(config, TAG);
}

/** Before anything else: nothing is compiled yet. */
export function coldRows(): readonly Row[] {
  const config = parseConfig(wideFile());
  const first = timed(() => plan(config));
  const planned = planFor(config, TAG);
  const roundTrip = sampleOf(20, () => JSON.parse(JSON.stringify(planned)));
  return [
    {
      name: `plan ${planned.stages.length} stages, cold`,
      ours: summaryOf([first]),
      reference: { name: ROUND_TRIP, sample: roundTrip },
      goal: { of: 'max', atMost: 50 },
    },
  ];
}

export function warmRows(): readonly Row[] {
  return [lintRow(), ...planRows(), largeRow()];
}

/** Each file once to warm up, and then ten times. */
function lintRow(): Row {
  const files = [...fixtureFiles(), ...docsExamples()];
  const times = files.map(({ name, text }) => {
    sampleOf(3, () => [parseConfig(text), parse(text)]);
    return {
      name,
      ours: sampleOf(10, () => parseConfig(text)),
      reference: sampleOf(10, () => parse(text)),
    };
  });
  const slowest = times.toSorted((a, b) => b.ours.max - a.ours.max)[0];
  return {
    name: `lint, each of ${files.length} files`,
    ours: { ...summaryOf(times.map(({ ours }) => ours.p50)), max: slowest?.ours.max ?? NaN },
    reference: { name: PARSE, sample: summaryOf(times.map(({ reference }) => reference.p50)) },
    goal: { of: 'max', atMost: 50 },
    ...(slowest && { note: slowest.name }),
  };
}

function planRows(): readonly Row[] {
  return [
    ['warm', wideFile()],
    ['every one needs all before it', denseMatrices()],
  ].map(([words, text = '']) => {
    const config = parseConfig(text);
    const planned = planFor(config, TAG);
    return {
      name: `plan ${planned.stages.length} stages, ${words}`,
      ours: sampleOf(20, () => plan(config)),
      reference: { name: ROUND_TRIP, sample: sampleOf(20, () => JSON.parse(JSON.stringify(planned))) },
      goal: { of: 'max', atMost: 200 },
    };
  });
}

function largeRow(): Row {
  const text = aliasedMatrices();
  sampleOf(5, () => [parseConfig(text), parse(text)]);
  return {
    name: 'lint, 600 aliases of a matrix',
    ours: sampleOf(10, () => parseConfig(text)),
    reference: { name: PARSE, sample: sampleOf(10, () => parse(text)) },
    goal: { of: 'max', atMost: 200 },
  };
}

/**
 * Reads and plans files with mistakes in them. @throws what a text has broken: that is no matter of time
 */
export function fuzzRow(seeds: number): Row {
  const sources: readonly SourceFile[] = [...fixtureFiles(), ...docsExamples()];
  const ours: number[] = [];
  const reference: number[] = [];
  let slowest = 0;
  for (let seed = 0; seed < seeds; seed += 1) {
    const text = mutated(sources, seed);
    const [fault] = faultsOf(text);
    if (fault !== undefined) throw new Error(`seed ${seed}: ${fault}`);
    ours.push(timed(() => plan(parseConfig(text))));
    reference.push(timed(() => parse(text)));
    if ((ours.at(-1) ?? 0) > (ours[slowest] ?? 0)) slowest = seed;
  }
  return {
    name: `answer, ${seeds} files with mistakes`,
    ours: summaryOf(ours),
    reference: { name: PARSE, sample: summaryOf(reference) },
    goal: { of: 'max', atMost: 200 },
    note: `seed ${slowest}`,
  };
}
