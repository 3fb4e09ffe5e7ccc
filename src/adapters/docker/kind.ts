/**
 * What a thing with our labels is. A container inherits the labels of its image: one that somebody makes of an
 * image that Cyclone has built looks like ours, and must not be reaped. It says `image`, ours say `container`.
 */
const KIND = 'cyclone.kind';
export const CONTAINER_KIND = { [KIND]: 'container' } as const;
export const IMAGE_KIND = { [KIND]: 'image' } as const;

export function isOurContainer(labels: Readonly<Record<string, string>>): boolean {
  return labels[KIND] === CONTAINER_KIND[KIND];
}
