import { bytes, duration, filesOf } from '../../pipeline/measures.js';
import type { StageFacts } from '../../pipeline/model.js';
import { stageReason } from '../../pipeline/wording.js';
import type { StageView } from '../access.js';
import type { Frame } from '../frame.js';
import type { LogExcerpt } from '../log-excerpt.js';
import { lasted } from '../words.js';
import { Layout } from './layout.js';
import { CommitLink, RefLink, RepositoryLink } from './source.js';
import { StateOfStage } from './state.js';
import { Ago, Duration } from './time.js';

export interface StageProps extends StageView {
  readonly frame: Frame;
  readonly excerpt: LogExcerpt;
  readonly now: number;
}

export function StagePage(props: StageProps) {
  const { frame, view, stage, state, now } = props;
  const { addresses } = frame;
  const { repository, trigger } = view;
  const reason = stageReason(state, stage.waitsFor);
  return (
    <Layout title={`${stage.id} · ${repository.owner}/${repository.name} · Cyclone`} frame={frame}>
      <nav class="crumbs" aria-label="Where this is">
        <RepositoryLink repository={repository} /> /{' '}
        <a href={addresses.run(view.id, repository.private)}>run {view.id}</a> / {stage.id}
      </nav>
      <h1>{stage.id}</h1>
      <p>
        <StateOfStage state={state} />
        {reason !== '' && ` · ${reason}`}
      </p>
      <dl class="facts">
        <dt>Commit</dt>
        <dd>
          <CommitLink repository={repository} trigger={trigger} /> on{' '}
          <RefLink repository={repository} trigger={trigger} />
        </dd>
        {state.status !== 'queued' && state.startedAt !== undefined && (
          <>
            <dt>Begun</dt>
            <dd>
              <Ago at={state.startedAt} now={now} />
            </dd>
            <dt>Time</dt>
            <dd>
              <Duration ms={lasted(state, now)} />
              {state.status === 'completed' && <Spans facts={state.facts} />}
            </dd>
          </>
        )}
        {state.status === 'completed' && <Left {...props} facts={state.facts} />}
        {state.status === 'completed' && <Facts facts={state.facts} />}
      </dl>
      <Log {...props} />
    </Layout>
  );
}

function Spans({ facts }: { readonly facts: StageFacts }) {
  const spans = Object.entries(facts.spans ?? {});
  if (spans.length === 0) return null;
  return <span class="quiet">: {spans.map(([name, ms]) => `${name} ${duration(ms)}`).join(', ')}</span>;
}

/** What it left for others, or took from an earlier run. */
function Left({ frame: { addresses }, view, stage, facts }: StageProps & { readonly facts: StageFacts }) {
  const { artifacts, reusedFrom } = facts;
  const isPrivate = view.repository.private;
  return (
    <>
      {reusedFrom && (
        <>
          <dt>Result</dt>
          <dd>
            <a href={addresses.stage(reusedFrom.run, reusedFrom.stage, isPrivate)}>of run {reusedFrom.run}</a>
            , used again
          </dd>
        </>
      )}
      {artifacts && (
        <>
          <dt>Artifacts</dt>
          <dd>
            <a href={addresses.artifacts(view.id, stage.id, isPrivate)}>Download {filesOf(artifacts)}</a>
          </dd>
        </>
      )}
    </>
  );
}

function Facts({ facts }: { readonly facts: StageFacts }) {
  const { exitCode, image, imageDigest, notes = [], published, services = [], worker } = facts;
  return (
    <>
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

function Log({ frame: { addresses }, view, stage, state, excerpt }: StageProps) {
  const isPrivate = view.repository.private;
  const isLive = state.status !== 'completed';
  const stream = isLive ? addresses.plainStream(view.id, stage.id, isPrivate, excerpt.end) : undefined;
  return (
    <section aria-labelledby="log">
      <div class="log-head">
        <h2 id="log">Log</h2>
        <span>
          {isLive && (
            <span class="quiet" data-log-status role="status">
              reload to see more
            </span>
          )}{' '}
          <a href={addresses.log(view.id, stage.id, isPrivate)}>
            {isLive ? 'Whole log, as text' : `Whole log, as text (${bytes(excerpt.size)})`}
          </a>
        </span>
      </div>
      {excerpt.isCut && (
        <p class="quiet">These are its last {excerpt.lines} lines; what came before is in the whole log.</p>
      )}
      {excerpt.text === '' && !isLive ? (
        <p class="quiet">Nothing was printed.</p>
      ) : (
        <pre class="log" data-stream={stream} aria-label={`Log of ${stage.id}`}>
          {/* The newline that HTML drops at the beginning, so that it drops none of the log's. */}
          {`\n${excerpt.text}`}
        </pre>
      )}
    </section>
  );
}
