// What the package's own types leave out: NaCl's boxes, which only rivals and oracles use.
declare module "sodium-native" {
  interface SodiumNative {
    readonly crypto_box_seal: (ciphertext: Uint8Array<ArrayBuffer>, plain: Uint8Array, publicKey: Uint8Array) => void;
    readonly crypto_box_easy: (
      ciphertext: Uint8Array<ArrayBuffer>,
      plain: Uint8Array,
      nonce: Uint8Array,
      publicKey: Uint8Array,
      secretKey: Uint8Array,
    ) => void;
    readonly crypto_box_open_easy: (
      plain: Uint8Array<ArrayBuffer>,
      ciphertext: Uint8Array,
      nonce: Uint8Array,
      publicKey: Uint8Array,
      secretKey: Uint8Array,
    ) => boolean;
    readonly crypto_box_keypair: (publicKey: Uint8Array<ArrayBuffer>, secretKey: Uint8Array<ArrayBuffer>) => void;
  }
}
