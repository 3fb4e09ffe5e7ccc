import type { Key, KeyTable } from './key.js';
import { IMAGE_KEYS, NOTIFY_KEYS, ON_KEYS, PUBLISH_KEYS, STAGE_KEYS } from './own-keys.js';

/**
 * The keys of caicloud.yml, as data: the reader works from these tables, and so does
 * whatever describes the language (its JSON Schema).
 */

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
    keys: AUTH_KEYS,
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

const SERVICES = {
  form: 'map',
  each: CONTAINER_KEYS,
  about: 'containers beside this one, by name',
} as const satisfies Key;

const OWN_SERVICES = { services: { ...SERVICES, ours: true } } as const satisfies KeyTable;

export const PRE_BUILD_KEYS = {
  ...CONTAINER_KEYS,
  ...DOCKERFILE_KEYS,
  outputs: { form: 'texts', about: 'paths in the container, copied into the workspace root after success' },
  ...STAGE_KEYS,
  ...OWN_SERVICES,
} as const satisfies KeyTable;

export const BUILD_KEYS = {
  ...CONTAINER_KEYS,
  ...DOCKERFILE_KEYS,
  ...STAGE_KEYS,
  ...OWN_SERVICES,
  ...IMAGE_KEYS,
} as const satisfies KeyTable;

export const INTEGRATION_KEYS = {
  ...CONTAINER_KEYS,
  services: SERVICES,
  ...STAGE_KEYS,
} as const satisfies KeyTable;

export const POST_BUILD_KEYS = {
  ...CONTAINER_KEYS,
  ...DOCKERFILE_KEYS,
  ...STAGE_KEYS,
  ...OWN_SERVICES,
} as const satisfies KeyTable;

export const DEPLOY_KEYS = {
  type: { form: 'text', about: 'kubernetes, or caicloud_claas (the default)' },
  host: { form: 'text', about: 'address of the cluster' },
  token: { form: 'text', about: 'credential for the cluster' },
  cluster: { form: 'text', about: 'name or id of the cluster' },
  namespace: { form: 'text', about: 'namespace of the deployment', oldName: 'partition' },
  deployment: { form: 'text', about: 'name of the deployment', oldName: 'application' },
  containers: { form: 'texts', about: 'containers that get the image of this run' },
  ...STAGE_KEYS,
} as const satisfies KeyTable;

/** Of each stage under `stages`: what pre_build takes, and what build takes. */
export const OWN_STAGE_KEYS = { ...PRE_BUILD_KEYS, ...IMAGE_KEYS } as const satisfies KeyTable;

export const SECTIONS = {
  pre_build: { form: 'map', about: 'prepares files for the build' },
  build: { form: 'map', about: 'builds the image of this run' },
  integration: { form: 'map', about: 'tests, with services beside' },
  post_build: { form: 'map', about: 'runs after the image was published' },
  deploy: { form: 'maps', about: 'puts the image into service' },
  on: {
    form: 'map',
    keys: ON_KEYS,
    ours: true,
    about: 'which events run the file at all',
    elsewhere: ['trigger', 'triggers'],
  },
  environment: {
    form: 'environment',
    ours: true,
    about: 'for the container of every stage',
    elsewhere: ['env', 'variables'],
  },
  stages: {
    form: 'map',
    each: OWN_STAGE_KEYS,
    ours: true,
    about: "stages of one's own, beside the five",
    elsewhere: ['jobs'],
  },
  publish: { form: 'map', keys: PUBLISH_KEYS, ours: true, about: 'where and when the image is pushed' },
  notify: {
    form: 'maps',
    keys: NOTIFY_KEYS,
    ours: true,
    about: 'who is told how a run ended',
    elsewhere: ['notifications'],
  },
} as const satisfies KeyTable;

/** In which sections a key means something: for "outputs is a key of pre_build". */
export const KEYS_BY_SECTION: Readonly<Record<string, KeyTable>> = {
  pre_build: PRE_BUILD_KEYS,
  build: BUILD_KEYS,
  integration: INTEGRATION_KEYS,
  post_build: POST_BUILD_KEYS,
  deploy: DEPLOY_KEYS,
};
