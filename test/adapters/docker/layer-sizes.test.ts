import { expect, test } from '@jest/globals';
import { type HistoryEntry, LABELLED, layerSizes } from '../../../src/adapters/docker/layer-sizes.js';

/** Oldest first, as a Dockerfile is read. */
function bytes(diffIds: number, steps: readonly (readonly [string, number])[]): readonly number[] {
  const history: readonly HistoryEntry[] = steps
    .map(([CreatedBy, Size]) => ({ CreatedBy, Size }))
    .toReversed();
  const ids = Array.from({ length: diffIds }, (_, index) => `sha256:${index}`);
  return layerSizes(ids, history).map((layer) => layer.bytes);
}

test('steps that make no layer are passed over, those of empty layers are not', () => {
  const steps = [
    ['/bin/sh -c #(nop) COPY file:a in /bin', 20],
    ['/bin/sh -c mkdir /tmp', 0],
    ['/bin/sh -c #(nop)  ENV PATH=/bin', 0],
    ['/bin/sh -c #(nop) WORKDIR /app', 0],
    ['/bin/sh -c make', 8],
    ['/bin/sh -c #(nop)  CMD ["/bin/sh"]', 0],
  ] as const;
  expect(bytes(4, steps)).toEqual([20, 0, 0, 8]);
  // The directory was there.
  expect(bytes(3, steps)).toEqual([20, 0, 8]);
});

test('BuildKit’s words mean the same', () => {
  const steps = [
    ['ADD alpine.tar.gz / # buildkit', 7],
    ['CMD ["/bin/sh"]', 0],
    ['RUN /bin/sh -c true # buildkit', 0],
    ['COPY . /app # buildkit', 3],
    ['EXPOSE map[80/tcp:{}]', 0],
  ] as const;
  expect(bytes(3, steps)).toEqual([7, 0, 3]);
});

test('labels of ours make no layer', () => {
  const history = [
    { Comment: LABELLED, CreatedBy: '', Size: 0 },
    { CreatedBy: '/bin/sh -c true', Size: 0 },
    { CreatedBy: '/bin/sh -c make', Size: 5 },
  ];
  expect(layerSizes(['sha256:a', 'sha256:b'], history).map((layer) => layer.bytes)).toEqual([5, 0]);
});

test('a layer is known by all that is below it', () => {
  const history = [{ Size: 1 }, { Size: 2 }];
  const [, onA] = layerSizes(['sha256:a', 'sha256:c'], history);
  const [below, onB] = layerSizes(['sha256:b', 'sha256:c'], history);
  expect(below?.id).toBe('sha256:b');
  expect(onA?.id).not.toBe(onB?.id);
});
