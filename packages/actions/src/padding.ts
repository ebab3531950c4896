/**
 * Requests in few sizes: the length of a request over TLS would otherwise tell how long a name or address is. The filler
 * travels in the request's `padding` member, which the gateway ignores.
 */
import { RequestTooLargeError } from "./errors.ts";
import { formLimits } from "./limits.ts";

/**
 * How many spaces bring a request of `requestBytes` (encoded, with an empty `padding` member) to the next of
 * {@link formLimits}.requestSizesBytes.
 * @throws RequestTooLargeError above the largest size
 */
export function paddingFor(requestBytes: number): number {
  const size = formLimits.requestSizesBytes.find((sizeBytes) => sizeBytes >= requestBytes);
  if (size === undefined) throw new RequestTooLargeError("the request is larger than the largest size it is padded to");
  return size - requestBytes;
}
