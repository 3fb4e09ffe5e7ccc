import type { IsReplay, Logger, SignedIncoming } from './ports.js';
import type { Receive } from './receive.js';

/**
 * Leaves what came before under another id. Told here and not before the webhook is answered, which is one write and
 * nothing else: to who sent it again, both look the same.
 */
export function unlessReplayed(
  receive: Receive,
  { isReplay, logger }: { readonly isReplay: IsReplay; readonly logger: Logger },
): (incoming: SignedIncoming) => Promise<void> {
  return async ({ signature, ...incoming }) => {
    if (signature !== undefined && (await isReplay(signature, incoming.delivery))) {
      logger.warn({ delivery: incoming.delivery }, 'webhook was delivered before under another id');
      return;
    }
    await receive(incoming);
  };
}
