import { html } from 'hono/html';
import { type Operation, routeOf } from './api-operation.js';
import { NOT_FOUND, sendApiProblem } from './api-problem.js';
import type { Room, WebApp } from './context.js';
import { frameOf } from './frame.js';
import { OPERATIONS, openApi } from './openapi.js';
import { ApiPage } from './pages/api.js';

/** The description of the API, and what is answered where a path is there and a method is not. After all others. */
export function mountApiEdges(app: WebApp, room: Room): void {
  const description = JSON.stringify(openApi(room.publicUrl));
  app.get('/api/openapi.json', (c) =>
    c.body(description, 200, {
      'Content-Type': 'application/json',
      'Cache-Control': 'public, max-age=300',
      // Viewers of descriptions ask from an origin of their own.
      'Access-Control-Allow-Origin': '*',
    }),
  );
  app.get('/api', async (c) => {
    const page = (
      <ApiPage frame={await frameOf(room, c)} operations={OPERATIONS} publicUrl={room.publicUrl} />
    );
    return c.html(html`<!doctype html>${page}`, 200, { 'Cache-Control': 'no-cache' });
  });
  for (const [route, methods] of methodsOf(OPERATIONS.filter(isOwn), room.actions !== undefined)) {
    app.all(route, (c) => {
      // A process in which nobody may act.
      if (methods.length === 0) return sendApiProblem(room, c, NOT_FOUND);
      c.header('Allow', methods.join(', '));
      return sendApiProblem(room, c, {
        status: 405,
        message: `${c.req.method} is not possible here: ${methods.join(', ')}`,
      });
    });
  }
}

function isOwn({ path }: Operation): boolean {
  return path.startsWith('/api');
}

function methodsOf(
  operations: readonly Operation[],
  mayAct: boolean,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const operation of operations) {
    const route = routeOf(operation);
    const known = found.get(route) ?? [];
    const more = operation.method === 'get' ? ['GET', 'HEAD'] : mayAct ? ['POST'] : [];
    found.set(route, [...known, ...more]);
  }
  return found;
}
