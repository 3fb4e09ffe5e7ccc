/** The image name that stands for "the image that this run's build made". */
export const BUILT_IMAGE = 'BUILT_IMAGE';

export type ChainStage = 'pre_build' | 'build' | 'integration' | 'publish' | 'post_build' | 'deploy';

export const CHAIN: readonly ChainStage[] = [
  'pre_build',
  'build',
  'integration',
  'publish',
  'post_build',
  'deploy',
];

/** What follows `cyclone/` in the name of the check: `pre_build`, `pre_build:api`, `lint (node=20)`. */
export type StageId = string;

export interface RegistryAuth {
  readonly username?: string;
  readonly password?: string;
  readonly email?: string;
  readonly registryToken?: string;
}

/** A container section, normalised: lists are lists, environment is `K=V` in file order. */
export interface ContainerSpec {
  /** An image reference, or `BUILT_IMAGE`. */
  readonly image: string;
  readonly pull: boolean;
  readonly environment: readonly string[];
  /** Lines of one shell script. Empty: the container's own command runs. */
  readonly commands: readonly string[];
  readonly command?: readonly string[];
  readonly entrypoint?: readonly string[];
  /** `src:dst` as written; entries without a colon are already gone. */
  readonly volumes: readonly string[];
  readonly ports: readonly string[];
  /** `service` or `service:alias`. */
  readonly links: readonly string[];
  /** `host:address`. */
  readonly extraHosts: readonly string[];
  readonly dns: readonly string[];
  readonly devices: readonly string[];
  readonly net?: string;
  /** bytes */
  readonly memLimit?: number;
  readonly cpuset?: string;
  readonly oomKillDisable: boolean;
  readonly privileged: boolean;
  readonly authConfig?: RegistryAuth;
}

export interface ServiceSpec extends ContainerSpec {
  readonly name: string;
}

export interface ContainerStage {
  readonly kind: 'container';
  readonly container: ContainerSpec;
  readonly services: readonly ServiceSpec[];
  /** Paths in the container, copied into the workspace root after success. */
  readonly outputs: readonly string[];
}

export interface ImageBuildStage {
  readonly kind: 'image_build';
  /** Relative to the workspace root; `.` is the root. */
  readonly contextDir: string;
  /** Relative to contextDir. */
  readonly dockerfileName: string;
  /** `release`: the image that publish pushes (`build`). `outputs`: only files are wanted (`pre_build`). */
  readonly purpose: 'release' | 'outputs';
  readonly outputs: readonly string[];
  /** `ARG` values, `K=V` in file order. */
  readonly args?: readonly string[];
  /** Stage of the Dockerfile; the last one when absent. */
  readonly target?: string;
  readonly platform?: string;
  readonly cacheFrom?: readonly string[];
  /** `K=V` */
  readonly labels?: readonly string[];
}

export interface PublishStage {
  readonly kind: 'publish';
  /** Instead of the image name that build gives; without a tag. */
  readonly image?: string;
  /** Further tags. `${CYCLONE_TAG}` and the like are filled in by the planner. */
  readonly tags?: readonly string[];
}

export interface DeployTarget {
  readonly type: string;
  readonly host?: string;
  readonly token?: string;
  readonly cluster?: string;
  readonly namespace?: string;
  readonly deployment?: string;
  readonly containers: readonly string[];
}

export interface DeployStage {
  readonly kind: 'deploy';
  readonly targets: readonly DeployTarget[];
}

export type StageSpec = ContainerStage | ImageBuildStage | PublishStage | DeployStage;
