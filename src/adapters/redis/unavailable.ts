/** No Redis answers, or none can be started. The message says what to do. */
export class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}
