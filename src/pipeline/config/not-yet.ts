/**
 * Keys that are read and checked and that no worker carries out yet. Each use is an error, because a
 * run that ignored one would do something else than the file says. Whoever brings a key to life
 * takes it out of this list, and its mark out of docs/caicloud-yml.md.
 */
export const NOT_YET: readonly string[] = [
  'image',
  'tags',
  'notify',
  'reports',
  'environment_name',
  'approval',
];
