/**
 * The keys of caicloud.yml, as data: the reader works from these tables, and so can whatever
 * describes the language (a JSON Schema, a page of help).
 */

/** The shapes that a value can have; forms.ts reads each of them. */
export type Form =
  | 'text'
  | 'flag'
  | 'bytes'
  /** A list of strings. */
  | 'texts'
  /** A string or a list of strings. */
  | 'text-or-texts'
  /** A string, split like a POSIX shell does, or a list of strings. */
  | 'words'
  /** A list of `K=V`, or a map. */
  | 'environment'
  | 'map'
  /** A list of maps, or a single one. */
  | 'maps'
  /** Known, and refused: a run that ignored it would do something else than the file says. */
  | 'planned';

export interface Key {
  readonly form: Form;
  /** One line for people. */
  readonly about: string;
  /** The name in Cyclone's predecessor, still in real files. */
  readonly oldName?: string;
  /** What other tools call it: no distance of letters finds these. */
  readonly elsewhere?: readonly string[];
}

export type KeyTable = Readonly<Record<string, Key>>;

const planned = (about: string): { form: 'planned'; about: string } => ({ form: 'planned', about });

export const AUTH_KEYS = {
  username: { form: 'text', about: 'the account at the registry', elsewhere: ['user', 'login'] },
  password: { form: 'text', about: 'its password' },
  email: { form: 'text', about: 'its address; old registries ask for it' },
  registry_token: { form: 'text', about: 'a token instead of account and password', elsewhere: ['token'] },
} as const satisfies KeyTable;

/** Of pre_build, integration, post_build, and of each service. */
export const CONTAINER_KEYS = {
  image: { form: 'text', about: 'image reference; BUILT_IMAGE is the image that build makes' },
  pull: { form: 'flag', about: 'pull the image even if it is present' },
  environment: { form: 'environment', about: 'list of K=V, or map', elsewhere: ['env', 'envs', 'variables'] },
  commands: {
    form: 'texts',
    about: 'one shell script, line by line; it stops at the first line that fails',
    elsewhere: ['script', 'run', 'steps', 'cmds'],
  },
  command: { form: 'words', about: "the container's own command", elsewhere: ['cmd', 'args'] },
  entrypoint: { form: 'words', about: "the container's own entry point" },
  volumes: { form: 'texts', about: 'src:dst; `.` and `./x` are the workspace', elsewhere: ['mounts'] },
  ports: {
    form: 'words',
    about: 'host:container; only other containers of the run reach them',
    elsewhere: ['expose'],
  },
  links: { form: 'words', about: 'service[:alias]: the service answers to both names' },
  extra_hosts: { form: 'text-or-texts', about: 'host:address, for /etc/hosts' },
  dns: { form: 'text-or-texts', about: 'addresses of name servers' },
  devices: {
    form: 'text-or-texts',
    about: "host:container[:permissions], where the server's policy allows it",
  },
  net: { form: 'text', about: "Docker's network mode", elsewhere: ['network', 'network_mode'] },
  cpuset: { form: 'text', about: 'cores that it may use: 0,1 or 0-3', elsewhere: ['cpus', 'cpuset_cpus'] },
  mem_limit: { form: 'bytes', about: 'memory, in bytes', elsewhere: ['memory'] },
  oom_kill_disable: { form: 'flag', about: 'do not kill it when memory runs out' },
  privileged: { form: 'flag', about: "all rights of the host, where the server's policy allows it" },
  auth_config: {
    form: 'map',
    about: 'credentials for pulling the image',
    elsewhere: ['auth', 'credentials'],
  },
} as const satisfies KeyTable;

const DOCKERFILE_KEYS = {
  context_dir: { form: 'text', about: 'directory of the build; the root by default', elsewhere: ['path'] },
  dockerfile_name: {
    form: 'text',
    about: 'relative to context_dir; Dockerfile by default',
    elsewhere: ['file'],
  },
} as const satisfies KeyTable;

/** Of any stage, later. */
const PLANNED_STAGE_KEYS = {
  when: planned('event, branch, tag, path: all must hold'),
  needs: planned('names of stages that must pass first'),
  matrix: planned('one check per combination'),
  timeout: planned('90s, 30m, 2h'),
  retry: planned('how often, and after what'),
  allow_failure: planned('a failure is neutral'),
  secrets: planned('names that become environment'),
  cache: planned('paths kept between runs'),
  inputs: planned('what the result depends on'),
  artifacts: planned('paths kept for later stages'),
  reports: planned('test and lint reports'),
  resources: planned('cpu, memory, pids'),
  runs_on: planned('labels of workers'),
  checkout: planned('submodules, lfs, depth'),
  concurrency: planned('one at a time over all runs'),
  environment_name: planned('GitHub environment of a deploy'),
  approval: planned('a person must agree'),
} as const satisfies KeyTable;

const PLANNED_SERVICES = { services: planned('containers beside the stage') } as const satisfies KeyTable;

export const PRE_BUILD_KEYS = {
  ...CONTAINER_KEYS,
  ...DOCKERFILE_KEYS,
  outputs: { form: 'texts', about: 'paths in the container, copied into the workspace root after success' },
  ...PLANNED_STAGE_KEYS,
  ...PLANNED_SERVICES,
} as const satisfies KeyTable;

export const BUILD_KEYS = {
  ...CONTAINER_KEYS,
  ...DOCKERFILE_KEYS,
  ...PLANNED_STAGE_KEYS,
  ...PLANNED_SERVICES,
  args: planned('build arguments'),
  target: planned('stage of the Dockerfile'),
  platform: planned('os/arch'),
  cache_from: planned('images to take layers from'),
  labels: planned('labels of the image'),
} as const satisfies KeyTable;

export const INTEGRATION_KEYS = {
  ...CONTAINER_KEYS,
  services: { form: 'map', about: 'containers beside this one, by name' },
  ...PLANNED_STAGE_KEYS,
} as const satisfies KeyTable;

export const POST_BUILD_KEYS = {
  ...CONTAINER_KEYS,
  ...DOCKERFILE_KEYS,
  ...PLANNED_STAGE_KEYS,
  ...PLANNED_SERVICES,
} as const satisfies KeyTable;

export const DEPLOY_KEYS = {
  type: { form: 'text', about: 'kubernetes, or caicloud_claas (the default)' },
  host: { form: 'text', about: 'address of the cluster' },
  token: { form: 'text', about: 'credential for the cluster' },
  cluster: { form: 'text', about: 'name or id of the cluster' },
  namespace: { form: 'text', about: 'namespace of the deployment', oldName: 'partition' },
  deployment: { form: 'text', about: 'name of the deployment', oldName: 'application' },
  containers: { form: 'texts', about: 'containers that get the image of this run' },
  ...PLANNED_STAGE_KEYS,
} as const satisfies KeyTable;

export const SECTIONS = {
  pre_build: { form: 'map', about: 'prepares files for the build' },
  build: { form: 'map', about: 'builds the image of this run' },
  integration: { form: 'map', about: 'tests, with services beside' },
  post_build: { form: 'map', about: 'runs after the image was published' },
  deploy: { form: 'maps', about: 'puts the image into service' },
  on: planned('which events run at all'),
  environment: planned('environment of every stage'),
  stages: planned("stages of one's own"),
  publish: planned('where the image is pushed'),
  notify: planned('who is told'),
} as const satisfies KeyTable;

/** In which sections a key means something: for "outputs is a key of pre_build". */
export const KEYS_BY_SECTION: Readonly<Record<string, KeyTable>> = {
  pre_build: PRE_BUILD_KEYS,
  build: BUILD_KEYS,
  integration: INTEGRATION_KEYS,
  post_build: POST_BUILD_KEYS,
  deploy: DEPLOY_KEYS,
};
