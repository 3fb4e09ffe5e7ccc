import { duration, filesOf } from '../../pipeline/measures.js';
import type { StageFacts } from '../../pipeline/model.js';
import { CommitLink, RefLink } from './source.js';
import type { StageProps } from './stage-props.js';
import { Ago, Lasted } from './time.js';

/** What is known of a stage: the line that everybody reads, and what unfolds below it. */
export function Facts(props: StageProps) {
  const { view, state, now } = props;
  const { repository, trigger } = view;
  const startedAt = state.status === 'queued' ? undefined : state.startedAt;
  const facts = state.status === 'completed' ? state.facts : undefined;
  return (
    <div class="stage-facts">
      <span>
        <CommitLink repository={repository} trigger={trigger} /> on{' '}
        <RefLink repository={repository} trigger={trigger} />
        {startedAt !== undefined && (
          <>
            {' · '}
            <Ago at={startedAt} now={now} />
            {' · '}
            <Lasted state={state} now={now} />
          </>
        )}
        {facts?.image !== undefined && (
          <>
            {' · '}
            <code>{facts.image}</code>
          </>
        )}
      </span>
      <details>
        <summary>Details</summary>
        <dl class="facts">
          <Fact name="By" value={`${trigger.sender}${trigger.fork ? ', from a fork' : ''}`} />
          {facts && <Known facts={facts} />}
        </dl>
      </details>
    </div>
  );
}

/** What it left for others, or took from an earlier run. */
export function Left({ frame: { addresses }, view, stage, state }: StageProps) {
  if (state.status !== 'completed') return null;
  const { artifacts, reusedFrom } = state.facts;
  const isPrivate = view.repository.private;
  return (
    <>
      {reusedFrom && (
        <li>
          Result{' '}
          <a href={addresses.stage(reusedFrom.run, reusedFrom.stage, isPrivate)}>of run {reusedFrom.run}</a>,
          used again
        </li>
      )}
      {artifacts && (
        <li>
          <a href={addresses.artifacts(view.id, stage.id, isPrivate)}>Download {filesOf(artifacts)}</a>
        </li>
      )}
    </>
  );
}

function Known({ facts }: { readonly facts: StageFacts }) {
  const { exitCode, image, imageDigest, notes = [], published, services = [], spans = {}, worker } = facts;
  const spent = Object.entries(spans).map(([name, ms]) => `${name} ${duration(ms)}`);
  return (
    <>
      <Fact name="Time spent" value={spent.length === 0 ? undefined : spent.join(', ')} />
      <Fact name="Image" value={image} code />
      <Fact name="Digest" value={imageDigest} code />
      <Fact name="Published" value={published} code />
      <Fact name="Exit code" value={exitCode === undefined ? undefined : String(exitCode)} code />
      <Fact name="Services" value={services.length === 0 ? undefined : services.join(', ')} />
      <Fact name="Worker" value={worker} />
      {notes.length > 0 && (
        <>
          <dt>Notes</dt>
          <dd>
            <ul class="notes">
              {notes.map((note) => (
                <li>{note}</li>
              ))}
            </ul>
          </dd>
        </>
      )}
    </>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string | undefined;
  readonly code?: boolean;
}

function Fact({ name, value, code = false }: FactProps) {
  if (value === undefined) return null;
  return (
    <>
      <dt>{name}</dt>
      <dd>{code ? <code>{value}</code> : value}</dd>
    </>
  );
}
