import type { TracePart } from '../../pipeline/trace.js';
import type { RunTrace } from '../../runs/ports.js';
import { errorType, nameOf, runResource, runResult, taskResult, taskType } from './conventions.js';
import { spanId, traceId } from './ids.js';
import {
  type Attributes,
  KIND,
  keyValues,
  nanos,
  type OtlpSpan,
  type ResourceSpans,
  STATUS_ERROR,
} from './otlp.js';

export interface Identity {
  /** This installation: its runs are numbered from 1, like another's. */
  readonly install: string;
  readonly version: string;
  /** `service.name`, and what else the operator says of it. */
  readonly resource: Readonly<Record<string, string>>;
  /** The pages of a run and of its stages. None carries a right to see them. */
  readonly runUrl: (run: number) => string;
  readonly stageUrl: (run: number, stage: string) => string;
}

export function runSpans(trace: RunTrace, identity: Identity): ResourceSpans {
  const { run, parts } = trace;
  const { install, version, resource } = identity;
  const attributes = {
    'service.version': version,
    'service.instance.id': install,
    ...runResource(trace, identity.runUrl(run.id)),
    ...resource,
  };
  return {
    resource: { attributes: keyValues(attributes) },
    scopeSpans: [
      {
        scope: { name: 'cyclone', version },
        spans: parts.map((part) => spanOf(part, trace, identity)),
      },
    ],
  };
}

function spanOf(part: TracePart, trace: RunTrace, identity: Identity): OtlpSpan {
  const { id } = trace.run;
  const { install } = identity;
  const { name, kind = KIND.internal, attributes, failed } = said(part, trace, identity);
  return {
    traceId: traceId(install, id),
    spanId: spanId(install, id, part.key),
    ...(part.parent !== undefined && { parentSpanId: spanId(install, id, part.parent) }),
    name,
    kind,
    startTimeUnixNano: nanos(part.at),
    endTimeUnixNano: nanos(part.until),
    attributes: keyValues(attributes),
    // What went well is left unset: https://opentelemetry.io/docs/specs/semconv/general/recording-errors/
    status: failed === undefined ? {} : { code: STATUS_ERROR, message: failed },
  };
}

interface Said {
  readonly name: string;
  readonly kind?: OtlpSpan['kind'];
  readonly attributes: Attributes;
  /** Why; undefined: it did not. */
  readonly failed?: string | undefined;
}

function said({ what }: TracePart, trace: RunTrace, identity: Identity): Said {
  switch (what.kind) {
    case 'run':
      return runSaid(trace);
    case 'job':
      return {
        name: `job ${what.job.id}`,
        attributes: { 'cyclone.job': what.job.id, 'cicd.worker.id': what.job.worker },
      };
    case 'stage':
      return stageSaid(what, trace, identity);
    case 'phase': {
      const { name, detail, attempt } = what.span;
      const isImage = name === 'pull';
      return {
        name,
        attributes: {
          'cyclone.phase': name,
          ...(isImage ? { 'container.image.name': detail } : { 'cyclone.detail': detail }),
          'cyclone.attempt': attempt,
        },
      };
    }
  }
}

function runSaid({ run, conclusion, reason, parts }: RunTrace): Said {
  const types = parts.flatMap(({ what }) => (what.kind === 'stage' && errorType(what.outcome)) || []);
  const hasFailed = conclusion === 'failure' || conclusion === 'timed_out';
  return {
    name: `RUN ${nameOf(run.repository)}`,
    kind: KIND.server,
    attributes: {
      'cicd.pipeline.action.name': 'RUN',
      'cicd.pipeline.result': runResult(conclusion),
      'error.type': hasFailed ? (types[0] ?? '_OTHER') : undefined,
      'cyclone.event': run.trigger.event,
    },
    failed: hasFailed ? reason : undefined,
  };
}

function stageSaid(
  { stage, outcome, facts, title }: TracePart['what'] & { readonly kind: 'stage' },
  { run }: RunTrace,
  { stageUrl }: Identity,
): Said {
  const type = errorType(outcome);
  return {
    name: stage.id,
    attributes: {
      'cicd.pipeline.task.name': stage.id,
      'cicd.pipeline.task.run.id': `${run.id}/${stage.id}`,
      'cicd.pipeline.task.run.url.full': stageUrl(run.id, stage.id),
      'cicd.pipeline.task.run.result': taskResult(outcome),
      'cicd.pipeline.task.type': taskType(stage),
      'cicd.worker.id': facts.worker,
      'error.type': type,
      'process.exit.code': facts.exitCode,
      'container.image.name': facts.image,
      'cyclone.tries': facts.tries,
    },
    failed: type === undefined ? undefined : title,
  };
}
