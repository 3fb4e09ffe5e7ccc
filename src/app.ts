import type { ApplicationFunction } from 'probot';
import { decodePush } from './handlers/push.js';
import type { IntakeQueue } from './runs/ports.js';

/** The Probot app: binds each event to its handler. A handler decodes, writes once, and returns. */
export function cyclone(deps: { readonly intake: IntakeQueue }): ApplicationFunction {
  return (app) => {
    app.on('push', async ({ id, payload }) => {
      const event = decodePush(id, payload);
      if (event?.kind === 'commit') {
        await deps.intake.add(event);
      }
    });
  };
}
