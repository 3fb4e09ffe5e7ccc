import type { ImageLedger } from '../../worker/ports.js';
import type { Client } from './client.js';
import type { EngineMessage } from './messages.js';
import { brought, imagesNow, isLayerPulled, newerIn, none } from './noted-pull.js';
import { parseReference, shownAs } from './reference.js';

/** Tells the ledger of images that a build pulls for its FROM instructions: the builder does so on its own. */
export interface BasePulls {
  /** @param base what the present FROM asks for, as it is written there */
  see(message: EngineMessage, base: string | undefined): Promise<void>;
  /** The build is over, however it went. */
  end(): Promise<void>;
}

/** @param isAsked the builder asks the registry even for a name that the engine has */
export function basePulls(client: Client, ledger: ImageLedger, isAsked: boolean): BasePulls {
  let before: ReturnType<typeof imagesNow> | undefined;
  let open: string | undefined;
  let hadLayers = false;

  // By the time the list is there the pull may be over, and all that came with it in the list.
  const known = async (): ReturnType<typeof imagesNow> => {
    if (!hadLayers || before === undefined) return (await before) ?? none();
    return isAsked ? { ...none(), names: (await before).names } : none();
  };

  const end = async (): Promise<void> => {
    const name = open;
    open = undefined;
    if (name !== undefined) await ledger.pulled(name, 'failed');
  };
  return {
    async see(message, base) {
      if (message.status?.startsWith('Pulling from ') === true) {
        before = imagesNow(client);
        before.catch(() => {});
        hadLayers = false;
        const name = nameOf(base);
        if (name === undefined || open !== undefined) return;
        open = name;
        await ledger.pulling(name, isAsked && (await before).names.has(name));
      }
      hadLayers ||= isLayerPulled(message);
      const name = newerIn(message) ?? upToDateIn(message);
      if (name === undefined || before === undefined) return;
      if (open === name) open = undefined;
      const came = newerIn(message) === undefined ? undefined : await brought(client, name, await known());
      await ledger.pulled(name, came ?? 'same');
    },
    end,
  };
}

function upToDateIn({ status = '' }: EngineMessage): string | undefined {
  return /^Status: Image is up to date for (\S+)$/.exec(status)?.[1];
}

/** Undefined: it has variables, which the builder alone knows. */
function nameOf(base: string | undefined): string | undefined {
  if (base === undefined || base.includes('$')) return undefined;
  try {
    return shownAs(parseReference(base));
  } catch {
    return undefined;
  }
}
