import type { LogKey, LogSegment, LogStream } from '../logs/ports.js';
import type {
  Blob,
  Lease,
  Outcome,
  RegistryAuth,
  Repository,
  Span,
  StageFacts,
  StageId,
  Trigger,
} from '../pipeline/model.js';

// ── the engine (Docker) ─────────────────────────────────────────────────────────────────────────

/** Labels on everything that we make: reaping goes by them. Keys as in {@link LABELS}. */
export type Labels = Readonly<Record<string, string>>;
export const LABELS = {
  install: 'cyclone.install',
  worker: 'cyclone.worker',
  run: 'cyclone.run',
  job: 'cyclone.job',
  /** The owner's number, so that an owner can clean up after itself without touching the next one's. */
  fence: 'cyclone.fence',
  /** Of an image that other jobs of its run, re-runs or later runs use: it stays when its own job is over. */
  shared: 'cyclone.shared',
  /**
   * Made before anybody asked for it: whoever takes it is not among its labels. The same for all that one job takes
   * together, and for nothing else.
   */
  pool: 'cyclone.pool',
} as const;

/** The engine cannot be reached, or went away: not the stage's fault; the job waits for it. */
export class EngineUnavailable extends Error {
  override readonly name = 'EngineUnavailable';
}

/** The engine refused what the file asks for: the stage fails with this message. */
export class EngineRefused extends Error {
  override readonly name = 'EngineRefused';
  readonly code: 'image' | 'no_shell' | 'container' | 'image_build' | 'publish';
  constructor(code: EngineRefused['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export interface EngineInfo {
  readonly version: string;
  readonly apiVersion: string;
  /** In Docker's words: `linux`, and `amd64`, `arm64`, … */
  readonly os: string;
  readonly architecture: string;
  /** Of the engine's machine; 0: it does not say, or cannot limit the cores of a container. */
  readonly cores: number;
  /** bytes, of the engine's machine; 0: it does not say */
  readonly memory: number;
  /** Where the engine of this host keeps its images. Absent: it is on another machine, or does not say. */
  readonly dataRoot?: string;
  /** One line each: an old engine, no memory limit support, … */
  readonly warnings: readonly string[];
}

export interface ImageInfo {
  /** `sha256:…` */
  readonly id: string;
  /** Digest by which a registry knows it, when there is one. */
  readonly digest?: string;
  readonly hasHealthcheck: boolean;
  readonly workingDir: string;
}

export interface Mount {
  /** Absolute path on the engine's host; must exist. */
  readonly source: string;
  readonly target: string;
  readonly readOnly: boolean;
}

export interface ContainerCreate {
  readonly name: string;
  /** A reference that is local already. */
  readonly image: string;
  /** What people call the image, for messages; absent: as `image`. */
  readonly imageName?: string;
  readonly labels: Labels;
  /** `K=V` */
  readonly environment: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly workingDir?: string;
  /** `0` for stages; absent: the image's own. */
  readonly user?: string;
  readonly mounts: readonly Mount[];
  /** Absent: no network at all. A string that is no network of ours (`host`) only when trusted. */
  readonly network?: string;
  /** Names by which others on the network reach it. */
  readonly aliases: readonly string[];
  /** `container:alias` as Docker's legacy links, resolved on user networks per container. */
  readonly links: readonly string[];
  readonly extraHosts: readonly string[];
  readonly dns: readonly string[];
  /** `hostPath[:containerPath[:perms]]`; only when trusted. */
  readonly devices: readonly string[];
  /** `hostPort:containerPort`; only when trusted. */
  readonly publish: readonly string[];
  readonly privileged: boolean;
  readonly limits: ResourceLimits;
  readonly cpuset?: string;
  readonly oomKillDisable: boolean;
  /** Keep stdin open: the container is armed and waits for a go-signal. */
  readonly stdin: boolean;
}

export interface ResourceLimits {
  /** bytes; 0 is no limit */
  readonly memory: number;
  /** cores; 0 is no limit */
  readonly cpus: number;
  readonly pids: number;
}

export interface ExitState {
  readonly exitCode: number;
  /** The kernel killed something in it for memory; may be true with exit code 0. */
  readonly oomKilled: boolean;
  /** It was removed from outside: exitCode means nothing. */
  readonly removed: boolean;
}

/** A piece of what a container printed. */
export interface Output {
  readonly stream: Exclude<LogStream, 'cyclone'>;
  readonly bytes: Buffer;
}

/**
 * A created container. Order: (created, attached) → start → write? → output ends, exited resolves → remove.
 * Nothing is lost between start and the first read of `output`; not reading stops the container (backpressure).
 */
export interface Container {
  readonly id: string;
  /** @throws EngineRefused `no_shell` or `container` when the entry point does not exist */
  start(): Promise<void>;
  /** stdout and stderr in the order of arrival; one reader. */
  output(): AsyncIterable<Output>;
  write(data: string): Promise<void>;
  /**
   * To {@link Engine.reap} it is from now on as if it had been made with the job's labels, beside its own: before
   * this, what takes over a job would not find a container that was made for nobody.
   */
  assign(job: { readonly run: number; readonly job: string; readonly fence: number }): Promise<void>;
  /** Resolves when the container has ended; never rejects for an exit code. Call after start. */
  exited(): Promise<ExitState>;
  /** Resolves `healthy` or `unhealthy` by the engine's events; only for images with a HEALTHCHECK. */
  healthy(signal: AbortSignal): Promise<'healthy' | 'unhealthy' | 'exited'>;
  /** SIGKILL; safe when it has ended or was removed. */
  kill(): Promise<void>;
  /** A tar stream of one path of a container that need not run. @throws EngineRefused `container` when it does not exist */
  archive(path: string): Promise<AsyncIterable<Buffer>>;
  /** Kill and remove with volumes; safe twice and after a failed start. */
  remove(): Promise<void>;
}

export interface Network {
  readonly id: string;
  readonly name: string;
  /** What stages on it can reach that they should not, in words, because we may not set a firewall. */
  readonly open: readonly string[];
  /** The same one, with its walls seen to again: call it before something is run on one that was made long ago. */
  renewed(): Promise<Network>;
  remove(): Promise<void>;
}

export interface ImageBuild {
  /** A tar of the context. */
  readonly context: AsyncIterable<Buffer>;
  /** Relative to the context's root. */
  readonly dockerfile: string;
  readonly tag: string;
  readonly labels: Labels;
  /** What the file puts on the image itself; ours stand above these. */
  readonly imageLabels?: Labels;
  readonly pull: boolean;
  readonly limits: ResourceLimits;
  /** Where RUN steps run: what is left there of a build that fails is removed. Absent: one made and removed with it. */
  readonly network?: string;
  /** Told of the image before it has its labels and name: containers may be made of it from then on. */
  readonly made?: (image: ImageInfo) => void;
  /** By registry host. */
  readonly auth: Readonly<Record<string, RegistryAuth>>;
  /** `ARG` values, `K=V`; the last of a name wins. */
  readonly args?: readonly string[];
  /** Stage of the Dockerfile; absent: the last one. */
  readonly target?: string;
  /** `linux/arm64` */
  readonly platform?: string;
  /** Local images whose layers may be used again, in place of the engine's own cache. */
  readonly cacheFrom?: readonly string[];
}

/** All methods may be called at once. Every one rejects with EngineUnavailable when the engine is away. */
export interface Engine {
  info(): Promise<EngineInfo>;
  /** Resolves when it answers: `info` asks it to count all that it has. */
  ping(): Promise<void>;
  image(reference: string): Promise<ImageInfo | undefined>;
  /** Pulls when absent or when `always`; one pull per image at a time however many ask. @throws EngineRefused `image` */
  pull(
    reference: string,
    options: { always: boolean; auth?: RegistryAuth; signal: AbortSignal; log: (line: string) => void },
  ): Promise<ImageInfo>;
  network(name: string, labels: Labels): Promise<Network>;
  container(spec: ContainerCreate): Promise<Container>;
  /**
   * A started container that only waits on a network: `container:ID` as the network of others puts them into its
   * namespace, in a third of the time that a namespace of their own takes. It ends when we do.
   * Undefined: this engine has no init, or a processor that we have no program for.
   */
  waiting(spec: Pick<ContainerCreate, 'name' | 'labels' | 'network'>): Promise<Container | undefined>;
  /**
   * Reads the engine's output no faster than `log` resolves; what it rejects with ends the build. `step`: its
   * bytes are the heading of the Dockerfile's step of that number, which begins.
   * @throws EngineRefused `image_build` with the failing step
   */
  build(
    build: ImageBuild,
    signal: AbortSignal,
    log: (bytes: Buffer, step?: number) => Promise<void> | void,
  ): Promise<ImageInfo>;
  /**
   * Gives a local image this name and pushes it; pushes of one name wait for each other. The name stays with the
   * image until the next push moves it or the push fails. Resolves the digest that the registry has.
   * @param image its id: a name may be another run's by now
   * @throws EngineRefused `publish` with the registry's words
   */
  push(
    image: string,
    reference: string,
    options: { auth?: RegistryAuth; signal: AbortSignal; log: (line: string) => void },
  ): Promise<{ digest: string }>;
  /** The digest under which the registry already holds exactly this local image, by its id. */
  published(image: string, reference: string, auth?: RegistryAuth): Promise<string | undefined>;
  removeImage(reference: string): Promise<void>;
  /**
   * Removes containers (killed), networks and, when `images`, images that bear all these labels, but not those that
   * are shared; the layers that
   * builds made stay as a cache, until `tidy`. Safe twice.
   */
  reap(labels: Labels, options: { images: boolean }): Promise<void>;
  /** Removes images of this installation with the label `shared` that were made longer ago; not one that is in use. */
  removeShared(olderThanMs: number): Promise<void>;
  /** Removes layers that no build of this installation has used for so long; never what has a name or is in use. */
  tidy(olderThanMs: number): Promise<void>;
  /** Proves that a path of ours is the same path on the engine's host. */
  sharesPath(directory: string): Promise<boolean>;
}

// ── what accumulates in the engine ──────────────────────────────────────────────────────────────

export interface StoredLayer {
  /** The same in all images that have this layer on the same layers below it. */
  readonly id: string;
  readonly bytes: number;
}

/** An image of the engine, whoever brought it. */
export interface StoredImage {
  readonly id: string;
  /** As the engine shows them, `repository:tag` and `repository@sha256:…`; none: it is nameless. */
  readonly names: readonly string[];
  /** When the engine had it made, ms since the epoch: of one that was pulled, long before it came. */
  readonly createdAt: number;
  /** Of all its layers, bytes: those that others have too count for each. */
  readonly bytes: number;
  /** A container was made of it, whether it runs or not. */
  readonly inUse: boolean;
  /** It says that layers belong to this installation's builds: the first twelve digits of the image they end in. */
  readonly marks?: string;
}

/** What an image is made of. */
export interface StoredParts {
  /** From the lowest on; sizes are each one's own. */
  readonly layers: readonly StoredLayer[];
  /** The first twelve digits of local images that a build made on the way to it: they go with it. */
  readonly steps: readonly string[];
}

/** The images of an engine as things that take space. */
export interface ImageStore {
  list(): Promise<readonly StoredImage[]>;
  /** Undefined: it is gone. */
  parts(image: StoredImage): Promise<StoredParts | undefined>;
  /** Of its layers alone: half of the questions. */
  layerIds(image: StoredImage): Promise<readonly string[]>;
  /** Not with force. @returns whether nothing of it is left; not when something has come to use it */
  remove(image: Pick<StoredImage, 'id' | 'names'>): Promise<boolean>;
  /**
   * Tells the name of each image that anybody pulls, as the engine shows it, and when (ms since the epoch), until
   * aborted: from `since` on, as far as the engine remembers. Resolves when no later one can be missed.
   */
  watchPulls(
    since: number,
    pulled: (name: string, at: number) => void,
    signal: AbortSignal,
  ): Promise<{ readonly lost: Promise<void> }>;
}

/** The image of a pull of ours. */
export interface Brought {
  readonly id: string;
  /** False: the engine had it, by another name or by none. */
  readonly isNew: boolean;
  /** Names that it has by this pull, and that nothing had before. */
  readonly names: readonly string[];
}

/** Who must know what is ours, and what may not go now. Names are as the engine shows them. */
export interface ImageLedger {
  /**
   * Before the engine is asked; resolves when our death would not forget it.
   * @param isThere an image has this name already
   */
  pulling(name: string, isThere: boolean): Promise<void>;
  /** How that went. `same`: the name was up to date; `failed`: nobody knows of a pull. Also what a build pulled on its own. */
  pulled(name: string, came: Brought | 'same' | 'failed'): Promise<void>;
  hold(): ImageHold;
}

export interface ImageHold {
  /** Used now, and not removed until the release. @param image its id, the first twelve digits of it, or a name of it */
  add(image: string): void;
  /** Safe twice. */
  release(): void;
}

// ── git ─────────────────────────────────────────────────────────────────────────────────────────

export class CheckoutFailed extends Error {
  override readonly name = 'CheckoutFailed';
}

export interface CheckoutRequest {
  readonly repository: Repository;
  readonly trigger: Trigger;
  /** Sent with git's requests from the environment; never on disk or in argv. Absent for open clone URLs. */
  readonly token?: string;
  /** A token in place of one that was refused: it may have been revoked since the job began. Rejects when nobody can be asked. */
  readonly renewToken?: (refused: string) => Promise<string | undefined>;
  readonly options?: CheckoutOptions;
  /** Submodules may come from hosts that are not on the internet. */
  readonly trusted?: boolean;
  /** An existing empty directory, or one that this job's checkout left half done. */
  readonly directory: string;
}

/** What the stages of a job ask for, put together. */
export interface CheckoutOptions {
  readonly submodules: boolean;
  readonly lfs: boolean;
  /** Commits of history in the workspace; absent: all. */
  readonly depth?: number;
}

/** A file of a commit's tree. */
export interface TreeFile {
  readonly path: string;
  /** git's object id, with its mode: what changes when the file does. */
  readonly id: string;
}

export interface Checkout {
  /**
   * The directories that `checkout` of this request will borrow, made if need be: with them mounted, a
   * container can be armed before the checkout is done.
   */
  borrows(request: CheckoutRequest): Promise<readonly string[]>;
  /**
   * What of `checkout` needs no directory: the commit is in the mirror afterwards. Tries again as `checkout` does.
   * @throws CheckoutFailed
   */
  fetch?(request: CheckoutRequest, signal: AbortSignal, log?: (line: string) => void): Promise<void>;
  /**
   * Leaves the commit's files and a usable `.git` in `directory`, with what `request.options` adds.
   * A fetch that fails is tried again for some seconds, which `log` hears of.
   * @returns directories that must be mounted read-only at the same path for `.git` to work
   * @throws CheckoutFailed with git's words, the token masked
   */
  checkout(
    request: CheckoutRequest,
    signal: AbortSignal,
    log?: (line: string) => void,
  ): Promise<{ borrowed: readonly string[] }>;
  /** The commit's files without checking them out; fetches the commit when it is not in the mirror. @throws CheckoutFailed */
  tree(request: CheckoutRequest, signal: AbortSignal): Promise<readonly TreeFile[]>;
}

// ── the server, seen from a worker ──────────────────────────────────────────────────────────────

export type { Lease };

export interface LeaseSource {
  /** Undefined: the job is over or was cancelled, there is nothing to do. */
  lease(run: number, job: string, worker: string): Promise<Lease | undefined>;
  /** Another clone token than `refused`, for the owner with this fence. Undefined: the job is another owner's. */
  renewToken(run: number, job: string, fence: number, refused: string): Promise<string | undefined>;
}

// ── the depot: what outlives a job ──────────────────────────────────────────────────────────────

/** The depot cannot be asked: a stage fails that cannot do without it; a cache is done without. */
export class DepotUnavailable extends Error {
  override readonly name = 'DepotUnavailable';
}

export interface FoundCache extends Blob {
  readonly key: string;
}

export interface FoundResult {
  readonly run: number;
  readonly stage: StageId;
  readonly facts: StageFacts;
}

/**
 * Blobs on the server, and what a run may find of other runs. What a worker puts there is known to others
 * by the facts of a stage, once its end is applied: an older owner's blobs are nobody's.
 * Every method rejects with DepotUnavailable, or with the signal's reason.
 */
export interface Depot {
  /** @throws DepotUnavailable also when the server takes no more, with its words */
  put(content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<Blob>;
  /** Undefined: it is not there (any more). What is read is checked against the digest: the end may throw. */
  get(digest: string, signal: AbortSignal): Promise<AsyncIterable<Buffer> | undefined>;
  /** The cache of exactly this key; else the newest that begins with one of `restoreKeys`, in their order. */
  findCache(
    run: number,
    wanted: { readonly key: string; readonly restoreKeys: readonly string[] },
    signal: AbortSignal,
  ): Promise<FoundCache | undefined>;
  /** The newest result of this content address that the run may use. */
  findResult(run: number, address: string, signal: AbortSignal): Promise<FoundResult | undefined>;
}

/** Another owner has the job: stop at once, touch nothing that bears the run's labels. */
export class FenceLost extends Error {
  override readonly name = 'FenceLost';
}

/** A piece of a log, of the stage's own or of one of its services. */
export type LogPiece = Pick<LogSegment, 'bytes' | 'stamps' | 'marks'> & Pick<LogKey, 'service'>;

/**
 * Where one job's story goes. Calls of one observer are made in order and are kept in order.
 * Each rejects with FenceLost when a newer owner has taken the job.
 */
export interface RunObserver {
  /** `spans`: what was measured before, the lease first of all. */
  jobStarted(spans?: readonly Span[]): Promise<void>;
  /** Awaited before anything of the stage runs: after it, no older owner can start a stage. */
  stageStarted(stage: StageId): Promise<void>;
  /**
   * Waits while too much is unread (backpressure). Offsets of stamps and marks count from the piece's beginning. When it
   * has resolved, the memory of the bytes is used for others.
   */
  log(stage: StageId, piece: LogPiece): Promise<void>;
  /** `spans`: of the job, not of the stage. */
  stageEnded(stage: StageId, outcome: Outcome, facts: StageFacts, spans?: readonly Span[]): Promise<void>;
  jobReturned(reason: string): Promise<void>;
  jobEnded(): Promise<void>;
}
