import type { Annotation, CheckView } from '../../checks/ports.js';

/** GitHub takes so many annotations in one request; those of later updates are added to them. */
export const ANNOTATIONS_PER_REQUEST = 50;

/** A view as the body of a request; the annotations come in batches of their own. */
export function checkBody(view: CheckView, annotations: readonly Annotation[]) {
  return {
    name: view.name,
    external_id: view.externalId,
    details_url: view.detailsUrl,
    ...state(view),
    ...(view.startedAt === undefined ? {} : { started_at: time(view.startedAt) }),
    output: {
      title: view.title,
      summary: view.summary,
      ...(view.text === undefined ? {} : { text: view.text }),
      annotations: annotations.map(annotationBody),
    },
    // Buttons that are not sent stay.
    actions: view.actions.map((action) => ({ ...action })),
  };
}

/** At least one batch, so that there is a request to send. */
export function batches(annotations: readonly Annotation[]): readonly (readonly Annotation[])[] {
  const count = Math.max(1, Math.ceil(annotations.length / ANNOTATIONS_PER_REQUEST));
  return Array.from({ length: count }, (_, index) =>
    annotations.slice(index * ANNOTATIONS_PER_REQUEST, (index + 1) * ANNOTATIONS_PER_REQUEST),
  );
}

/** What tells one annotation from another on the same check. */
export function annotationKey(of: { path: string; start_line: number; message: string | null }): string {
  return JSON.stringify([of.path, of.start_line, of.message]);
}

export function annotationBody(annotation: Annotation) {
  return {
    path: annotation.path,
    start_line: annotation.startLine,
    end_line: annotation.endLine,
    ...(annotation.startColumn === undefined ? {} : { start_column: annotation.startColumn }),
    ...(annotation.endColumn === undefined ? {} : { end_column: annotation.endColumn }),
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
  };
}

/** GitHub wants a conclusion exactly when a check is completed. */
function state(view: CheckView) {
  return view.status === 'completed'
    ? {
        status: view.status,
        conclusion: view.conclusion ?? 'neutral',
        ...(view.completedAt === undefined ? {} : { completed_at: time(view.completedAt) }),
      }
    : { status: view.status };
}

function time(ms: number): string {
  return new Date(ms).toISOString();
}
