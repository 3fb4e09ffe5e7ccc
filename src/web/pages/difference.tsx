import type { DifferenceLine, LogDifference } from '../../logs/difference/differences.js';
import { count } from '../../pipeline/measures.js';
import type { StageView } from '../access.js';
import { ASSETS } from '../assets.js';
import type { Frame } from '../frame.js';
import type { RunView } from '../ports.js';
import { Layout } from './layout.js';
import { CommitLink, CompareLink, RefLink, RepositoryLink } from './source.js';
import { StateOfStage } from './state.js';

/** A browser lays these out at once. */
const MOST_LINES = 2000;
const LINE_CHARACTERS = 500;

export interface DifferenceProps extends StageView {
  readonly frame: Frame;
  /** The run that it is compared with; undefined: there is none. */
  readonly passed: RunView | undefined;
  /** Undefined: there is nothing to compare with, or the stage is not over. */
  readonly difference: LogDifference | undefined;
  /** Also what only the other run printed is shown. */
  readonly isWhole: boolean;
}

export function DifferencePage(props: DifferenceProps) {
  const { frame, view, stage, state } = props;
  const { repository } = view;
  const { addresses } = frame;
  return (
    <Layout
      title={`What changed in ${stage.id} · ${repository.owner}/${repository.name} · Cyclone`}
      frame={frame}
      styles={[ASSETS.differenceStyle.name]}
    >
      <nav class="crumbs" aria-label="Where this is">
        <RepositoryLink repository={repository} /> /{' '}
        <a href={addresses.run(view.id, repository.private)}>run {view.id}</a> /{' '}
        <a href={addresses.stage(view.id, stage.id, repository.private)}>{stage.id}</a> / difference
      </nav>
      <h1>What changed in {stage.id}</h1>
      <p>
        <StateOfStage state={state} />
      </p>
      <Sides {...props} />
      <Outcome {...props} />
    </Layout>
  );
}

/** Which runs are compared, and what was committed between them. */
function Sides({ frame: { addresses }, view, stage, passed }: DifferenceProps) {
  const { repository } = view;
  if (!passed) return null;
  const isSame = passed.trigger.sha === view.trigger.sha;
  return (
    <dl class="facts">
      <dt>Passed</dt>
      <dd>
        <a href={addresses.stage(passed.id, stage.id, repository.private)}>run {passed.id}</a>:{' '}
        <CommitLink {...passed} /> on <RefLink {...passed} />
      </dd>
      <dt>This</dt>
      <dd>
        <a href={addresses.stage(view.id, stage.id, repository.private)}>run {view.id}</a>:{' '}
        <CommitLink {...view} /> on <RefLink {...view} />
      </dd>
      <dt>Commits</dt>
      <dd>
        {isSame ? (
          'The same commit: what changed is not in the repository.'
        ) : (
          <CompareLink repository={repository} from={passed.trigger.sha} to={view.trigger.sha} />
        )}
      </dd>
    </dl>
  );
}

function Outcome(props: DifferenceProps) {
  const { state, stage, passed, difference } = props;
  if (state.status !== 'completed') return <p>{stage.id} is not over yet: come back when it is.</p>;
  if (!passed) {
    return (
      <p>
        There is no green run to compare with: {stage.id} has not passed before in a run that this one may be
        compared with.
      </p>
    );
  }
  switch (difference?.kind) {
    case undefined:
    case 'removed':
      return <p>There is nothing to compare: one of the two logs is not kept any more.</p>;
    case 'too_different':
      return <p>The two logs have too little in common to be compared line by line.</p>;
    case 'compared':
      return <Compared {...props} passed={passed} difference={difference} />;
  }
}

interface ComparedProps extends DifferenceProps {
  readonly passed: RunView;
  readonly difference: Extract<LogDifference, { kind: 'compared' }>;
}

function Compared(props: ComparedProps) {
  const { isWhole } = props;
  const { hunks, added, removed, isCut } = props.difference;
  const shown = firstLines(hunks);
  const left = hunks.flat().length - shown.flat().length;
  return (
    <section aria-labelledby="lines">
      <h2 id="lines">
        {added + removed === 0
          ? 'Nothing differs'
          : `${count(added, 'line')} added, ${count(removed, 'line')} removed`}
      </h2>
      <p class="quiet">
        {added + removed === 0 && 'Both printed the same up to where this one ended. '}
        Times, durations, hashes, sizes, percentages, temporary paths and numbers of processes are not
        compared.
        {!isWhole &&
          removed > 0 &&
          ' The link shows this run alone: what only the other one printed is left out.'}
        {isCut && ' The logs are long: only their ends were compared.'}
      </p>
      {shown.map((lines) => (
        <div class="hunk">
          {lines.map((line) => (
            <Line {...props} line={line} />
          ))}
        </div>
      ))}
      {left > 0 && <p class="quiet">{count(left, 'line')} more are not shown here.</p>}
    </section>
  );
}

const SIGNS = { same: ' ', added: '+', removed: '−' } as const;
const SPOKEN = { same: '', added: 'added: ', removed: 'removed: ' } as const;

function Line({
  frame: { addresses },
  view,
  stage,
  passed,
  line,
}: ComparedProps & { readonly line: DifferenceLine }) {
  const isPrivate = view.repository.private;
  const place = (run: number, number: number | undefined) => (
    <span class="place">
      {number !== undefined && (
        <a
          href={`${addresses.stage(run, stage.id, isPrivate)}#L${number}`}
          aria-label={`Line ${number} of run ${run}`}
        >
          {number}
        </a>
      )}
    </span>
  );
  const text = line.text.length > LINE_CHARACTERS ? `${line.text.slice(0, LINE_CHARACTERS)}…` : line.text;
  return (
    <div class={`line ${line.kind}`}>
      {place(passed.id, line.kind === 'added' ? undefined : line.before)}
      {place(view.id, line.kind === 'removed' ? undefined : line.after)}
      <span class="sign" aria-hidden="true">
        {SIGNS[line.kind]}
      </span>
      <code>
        {line.kind !== 'same' && <span class="spoken">{SPOKEN[line.kind]}</span>}
        {text}
      </code>
    </div>
  );
}

function firstLines(hunks: readonly (readonly DifferenceLine[])[]): readonly (readonly DifferenceLine[])[] {
  let left = MOST_LINES;
  const shown: (readonly DifferenceLine[])[] = [];
  for (const hunk of hunks) {
    if (left <= 0) break;
    shown.push(hunk.slice(0, left));
    left -= hunk.length;
  }
  return shown;
}
