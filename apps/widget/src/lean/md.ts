/** Padding of whole messages around `@noble/hashes`' SHA-256 rounds (FIPS 180-4 §5.1.1), in the place of the library's streaming (see cipher-utils.ts). */
export { Chi, Maj, SHA224_IV, SHA256_IV, SHA384_IV, SHA512_IV } from "@noble/hashes/_md.js";

const blockBytes = 64;

/** What the library's SHA-256 is built on. */
export abstract class HashMD {
  /** The library wipes it at the end. */
  protected buffer: Uint8Array<ArrayBuffer> = new Uint8Array(0);

  abstract get(): readonly number[];
  abstract process(view: DataView, offset: number): void;
  abstract roundClean(): void;
  abstract destroy(): void;

  /** 32 bytes. */
  digestOf(message: Uint8Array): Uint8Array {
    // One bit, zeros, and the length in bits as 8 bytes.
    this.buffer = new Uint8Array(Math.ceil((message.length + 9) / blockBytes) * blockBytes);
    this.buffer.set(message);
    this.buffer[message.length] = 0x80;
    const view = new DataView(this.buffer.buffer);
    view.setUint32(view.byteLength - 8, message.length / 2 ** 29);
    view.setUint32(view.byteLength - 4, message.length * 8);
    for (let at = 0; at < view.byteLength; at += blockBytes) this.process(view, at);
    const digest = new DataView(new ArrayBuffer(32));
    this.get().forEach((word, index) => digest.setUint32(4 * index, word));
    this.roundClean();
    this.destroy();
    return new Uint8Array(digest.buffer);
  }
}
