import { EngineUnavailable, type Output } from '../../worker/ports.js';

// https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
// Each frame: one byte of stream type, three of nothing, four of payload size (big endian), the payload.
const HEADER = 8;
const STDERR = 2;

/**
 * The payloads of Docker's multiplexed stream, stdout and stderr in the order of arrival, nothing else changed.
 * Reads the source only when asked (dockerode's own demuxer does not), and copies nothing but to close the gaps
 * that the headers of frames of one stream leave: the source's chunks are overwritten.
 * @throws EngineUnavailable when the stream stops in the middle of a frame
 */
export async function* demultiplex(source: AsyncIterable<Buffer>): AsyncGenerator<Output> {
  const header = Buffer.alloc(HEADER);
  let headerBytes = 0;
  let payloadLeft = 0;
  let stream: Output['stream'] = 'stdout';

  for await (const chunk of source) {
    let start = 0;
    let end = 0;
    let at = 0;
    while (at < chunk.length) {
      if (payloadLeft > 0) {
        const size = Math.min(payloadLeft, chunk.length - at);
        if (end !== at) chunk.copyWithin(end, at, at + size);
        end += size;
        at += size;
        payloadLeft -= size;
        continue;
      }
      const size = Math.min(HEADER - headerBytes, chunk.length - at);
      chunk.copy(header, headerBytes, at, at + size);
      headerBytes += size;
      at += size;
      if (headerBytes === HEADER) {
        payloadLeft = header.readUInt32BE(4);
        headerBytes = 0;
        const next = header[0] === STDERR ? 'stderr' : 'stdout';
        if (next !== stream && end > start) {
          yield { stream, bytes: chunk.subarray(start, end) };
          start = end;
        }
        stream = next;
      }
    }
    if (end > start) yield { stream, bytes: chunk.subarray(start, end) };
  }

  if (headerBytes > 0 || payloadLeft > 0) {
    throw new EngineUnavailable('The engine stopped in the middle of the output');
  }
}
