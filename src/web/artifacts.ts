import { artifactsOf, type StageView, visibleStage } from './access.js';
import type { Room, WebApp } from './context.js';
import { createPageAddresses, sendProblem } from './pages.js';
import { cacheHeaders } from './security.js';

/** File systems take names of 255 bytes. */
const LONGEST_NAME = 200;

/** What a stage kept for people, as one archive. */
export function mountArtifacts(app: WebApp, room: Room): void {
  const addresses = createPageAddresses(room);
  app.get('/runs/:run/stages/:stage/artifacts', async (c) => {
    const found = await visibleStage(room, c);
    if (!found) return c.notFound();
    const kept = artifactsOf(found.state);
    if (!kept) return sendProblem(c, addresses, 404, noFiles(found));
    const blob = await room.blobs.get(kept.digest);
    if (!blob) return sendProblem(c, addresses, 410);
    const body = c.req.method === 'HEAD' ? null : room.streams.body(c.env.outgoing, () => blob.content);
    return c.newResponse(body, 200, {
      ...cacheHeaders(found.view.repository.private),
      'Content-Type': 'application/gzip',
      'Content-Length': String(blob.bytes),
      'Content-Disposition': `attachment; filename="${fileName(found)}"`,
    });
  });
}

function noFiles({ stage, state }: StageView): { readonly title: string; readonly advice: string } {
  const title = `${stage.id} has kept no files`;
  if (state.status !== 'completed') {
    return { title, advice: 'It has not ended yet: files are kept at the end of a stage.' };
  }
  return { title, advice: 'A stage keeps the files that its artifacts in caicloud.yml name.' };
}

/** `hello-12-lint-node-20.tar.gz`: a stage is called what its file calls it, and this stands in a header. */
function fileName({ view, stage }: StageView): string {
  const name = `${view.repository.name}-${view.id}-${stage.id}`.replace(/[^A-Za-z0-9._]+/g, '-');
  return `${name
    .replace(/^[-.]+/, '')
    .slice(0, LONGEST_NAME)
    .replace(/[-.]+$/, '')}.tar.gz`;
}
