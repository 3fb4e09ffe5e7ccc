import type { Engine, ImageLedger, ImageStore } from '../../worker/ports.js';
import type { EngineTls } from './address.js';
import { engineAddress } from './address.js';
import type { AddressPool } from './address-pool.js';
import { DEFAULT_POOL } from './address-pool.js';
import { createBehind } from './behind.js';
import { builder } from './build.js';
import { connect } from './client.js';
import { createContainer } from './container.js';
import { entryPointCheck } from './entry-point.js';
import { containerEvents } from './events.js';
import type { Firewall } from './firewall.js';
import { NO_FIREWALL } from './firewall.js';
import { imageConfigs } from './image-configs.js';
import { imageStore } from './image-store.js';
import { findImage, removeImage } from './images.js';
import { engineInfo } from './info.js';
import { layerMarks, pruneLayers } from './layer-cache.js';
import { networkMaker } from './networks.js';
import { removeOrphans } from './orphans.js';
import { published, pusher } from './publish.js';
import { puller } from './pull.js';
import { reapLabelled, removeShared } from './reap.js';
import { sharesPath } from './shared-path.js';
import { waitingMaker } from './waiting-container.js';

export interface DockerEngineOptions {
  /** `unix:///path` or `tcp://host:port`; absent: `/var/run/docker.sock` */
  readonly dockerHost?: string;
  readonly tls?: EngineTls;
  /** The installation's name: everything made here bears it as `cyclone.install`, and only that is reaped. */
  readonly install: string;
  readonly firewall: Firewall | undefined;
  readonly pool?: AddressPool;
  /** Told of what it pulls and what builds are made of. Absent: nobody wants to know. */
  readonly ledger?: ImageLedger;
}

export interface DockerEngine extends Engine {
  readonly stored: ImageStore;
  /**
   * Removes what was made before anybody asked for it by workers that are not among these, where nothing of it runs: what
   * waits ends with its worker, and what a job has taken runs. Resolves whether there is such of these workers, too.
   */
  removeOrphans(living: ReadonlySet<string>): Promise<boolean>;
}

/** The Docker engine. Nothing is asked of it before the first call; engines 20.10 to 29. */
export function dockerEngine(options: DockerEngineOptions): DockerEngine {
  const { install, pool = DEFAULT_POOL, ledger } = options;
  const address = engineAddress(options.dockerHost, options.tls);
  const client = connect(address);
  // Rules of this host mean nothing to an engine on another one.
  const firewall = (address.local ? options.firewall : undefined) ?? NO_FIREWALL;
  const network = networkMaker({ client, install, firewall, pool });
  const configs = imageConfigs(client);
  const marks = layerMarks({ client, install, configs });
  const behind = createBehind();
  // Layers go with the last image that holds them: their marks first.
  const afterMarks = async (removal: () => Promise<void>): Promise<void> => {
    await behind.settled();
    await removal();
  };
  const context = {
    client,
    install,
    events: containerEvents(client, install),
    checkEntryPoint: entryPointCheck(client, configs),
  };
  return {
    stored: imageStore({ client, install, marks, behind }),
    removeOrphans: (living) => removeOrphans(client, install, living),
    info: () => engineInfo(client, address.local),
    ping: () => client.call((docker) => docker.ping()).then(() => undefined),
    image: (reference) => findImage(client, reference),
    pull: puller(client, ledger),
    network,
    container: (spec) => createContainer(context, spec),
    waiting: waitingMaker(context),
    build: builder({ client, install, network, ledger, configs, marks, behind }),
    push: pusher(client),
    published: (image, reference, auth) => published(client, { image, reference, auth }),
    removeImage: (reference) => afterMarks(() => removeImage(client, reference)),
    async reap(labels, { images }) {
      if (images) await behind.settled();
      await reapLabelled(client, labels, { install, images });
    },
    removeShared: (olderThanMs) => afterMarks(() => removeShared(client, install, olderThanMs)),
    tidy: (olderThanMs) =>
      afterMarks(async () => {
        await pruneLayers(client, install, olderThanMs);
        marks.forget();
      }),
    sharesPath: (directory) => sharesPath(client, install, directory),
  };
}
