/** What the pipeline of the bench is made of, once for Cyclone and once for a shell. */

export const FILE = `pre_build:
  image: cyclone-test/busybox:1
  commands:
    - mkdir -p /out
    - tr a-z A-Z < app > /out/app.bin
  outputs: [/out/app.bin]
build:
  dockerfile_name: Dockerfile
integration:
  image: BUILT_IMAGE
  services:
    db:
      image: cyclone-test/busybox:1
      command: [sh, -ec, 'mkdir -p /www && echo data > /www/index.html; httpd -f -p 80 -h /www']
  commands:
    - test -s /app.bin
    - until wget -q -O- http://db/; do sleep 0.02; done
post_build:
  image: cyclone-test/busybox:1
  commands:
    - echo "published as $CYCLONE_IMAGE"
`;

/** The last step has something to find in the cache besides a copy. */
export const DOCKERFILE = `FROM cyclone-test/busybox:1
COPY app.bin /app.bin
RUN wc -c /app.bin > /size
`;

/**
 * The same, as somebody would write it who knows the command line: a shallow clone, outputs written into the mounted
 * directory, no step that is not needed. Environment: URL, TAG, DIRECTORY, IMAGE, BASE, NAME.
 */
export const SCRIPT = `
clean() { docker rm -fv "$NAME-db" > /dev/null; docker network rm "$NAME" > /dev/null; rm -rf "$DIRECTORY"; }
git -c advice.detachedHead=false clone --quiet --depth 1 --branch "$TAG" "$URL" "$DIRECTORY"
cd "$DIRECTORY"
docker run --rm -v "$DIRECTORY:/root/code" -w /root/code "$BASE" sh -ec 'tr a-z A-Z < app > app.bin'
docker build --quiet --tag "$IMAGE" . > /dev/null
docker network create "$NAME" > /dev/null
trap clean EXIT
docker run --detach --name "$NAME-db" --network "$NAME" --network-alias db "$BASE" sh -ec '
  mkdir -p /www && echo data > /www/index.html; httpd -f -p 80 -h /www' > /dev/null
docker run --rm -v "$DIRECTORY:/root/code" -w /root/code --network "$NAME" "$IMAGE" sh -ec '
  test -s /app.bin
  until wget -q -O- http://db/; do sleep 0.02; done'
docker push --quiet "$IMAGE"
docker run --rm -v "$DIRECTORY:/root/code" -w /root/code "$BASE" sh -ec "echo published as $IMAGE"
`;
