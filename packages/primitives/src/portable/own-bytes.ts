/** Results of ciphers in memory of their own: the library hands out views on its working buffer. */
import { type Bytes, copyBytes } from "@coterie/bytes";

/** A copy of `view`, which is wiped: a result whose `buffer` holds more than itself would surprise its caller. */
export function ownBytes(view: Uint8Array): Bytes {
  const copy = copyBytes(view);
  view.fill(0);
  return copy;
}
