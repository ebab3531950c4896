/**
 * What `@noble/ciphers` asks of its own utilities, in the widget's few lines: the build puts them in the place of the library's, whose
 * checks of every argument and of big-endian machines would cost each visitor a kilobyte. Rounds and reductions stay the library's own;
 * lengths are checked before (`boxToPublicKey`), and the tests compare the built files with libsodium.
 */
export { equalBytes } from "@coterie/bytes";

/** Browsers are little-endian. */
export const isLE = true;

/** Bytes in the machine's order, which is the right one. */
export const swap32IfBE = (words: Uint32Array): Uint32Array => words;

/** Checked before. */
export const abytes = (bytes: Uint8Array): Uint8Array => bytes;

/** Each state is used once. */
export const aexists = (): void => undefined;

/** Its own output has the right length. */
export const aoutput = (): void => undefined;

/** Wipes. */
export function clean(...arrays: readonly (Uint8Array | Uint16Array | Uint32Array)[]): void {
  for (const array of arrays) array.fill(0);
}

/** A copy. */
export const copyBytes = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

/** Where a result goes. */
export const getOutput = (length: number, output?: Uint8Array): Uint8Array => output ?? new Uint8Array(length);

/** A cipher as it is made, without checks around it. */
export const wrapCipher = <Maker>(_parameters: unknown, make: Maker): Maker => make;

/** A one-time code of a whole message. */
export function wrapMacConstructor(
  _keyLength: number,
  make: (key: Uint8Array) => { readonly update: (message: Uint8Array) => { readonly digest: () => Uint8Array } },
): (message: Uint8Array, key: Uint8Array) => Uint8Array {
  return (message, key) => make(key).update(message).digest();
}
