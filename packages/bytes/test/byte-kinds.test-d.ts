// Compiled, never run (`npm run check`): what the types of bytes and secrets refuse.
import { type Bytes, type Ciphertext, concatBytes, encodeUtf8, Plaintext, SecretKey } from "@coterie/bytes";

declare const store: {
  readonly put: (sealed: Ciphertext<"contact">) => void;
  readonly send: (bytes: Bytes) => void;
  readonly log: (text: string) => void;
};
declare const contact: Ciphertext<"contact">;
declare const envelope: Ciphertext<"envelope">;
declare const signing: SecretKey<"ed25519">;
declare const takeAgreement: (key: SecretKey<"x25519">) => void;
declare const takePlain: (plain: Plaintext) => void;

const bytes: Bytes = encodeUtf8("text");
const plain: Plaintext = Plaintext.fromText("text");
const key: SecretKey<"x25519"> = SecretKey.copyOf("x25519", bytes);

store.put(contact);
store.send(contact);
store.send(bytes);
takeAgreement(key);
takePlain(plain);

// @ts-expect-error raw bytes are not known to be encrypted
store.put(bytes);
// @ts-expect-error another format, though encrypted
store.put(envelope);
// @ts-expect-error plain text does not reach a store of ciphertexts
store.put(plain);
// @ts-expect-error a secret key does not reach a store of ciphertexts
store.put(key);
// @ts-expect-error text is not encrypted
store.put("text");

// @ts-expect-error plain text does not fit where bytes are sent
store.send(plain);
// @ts-expect-error a secret key does not fit where bytes are sent
store.send(key);
// @ts-expect-error a view on shared memory could change while it is read
store.send(new Uint8Array(new SharedArrayBuffer(4)));
// @ts-expect-error secrets are not bytes that can be joined
concatBytes(bytes, key);
// @ts-expect-error nor is plain text
concatBytes(bytes, plain);

// @ts-expect-error bytes are not a secret key
takeAgreement(bytes);
// @ts-expect-error a key for another use
takeAgreement(signing);
// @ts-expect-error a ciphertext is not plain text
takePlain(contact);
// @ts-expect-error bytes are not plain text
takePlain(bytes);
// @ts-expect-error a secret key is not plain text
takePlain(key);

// @ts-expect-error nothing secret is text
store.log(key);
// @ts-expect-error nothing readable is text by itself
store.log(plain);
// @ts-expect-error keys are made by copyOf and own alone
takeAgreement(new SecretKey("x25519", bytes));
// @ts-expect-error plain text is made by its own functions alone
takePlain(new Plaintext(bytes));
// @ts-expect-error the bytes of a key are private
store.send(key.bytes);
