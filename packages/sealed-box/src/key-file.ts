/** Organisation keys at rest: files under a passphrase, and words for paper. This file is the table of contents. */
export {
  type KeyFileError,
  KeyFileNotOpenedError,
  KeyFileParametersError,
  KeyFilePassphraseError,
  KeyWordsMismatchError,
  MalformedKeyFileError,
  MalformedKeyWordsError,
} from "./key-file-errors.ts";
export {
  encodeKeyAuthorityFile,
  encodeKeyFile,
  type KeyAuthorityFile,
  type KeyFile,
  type KeyFileKdf,
  parseKeyAuthorityFile,
  parseKeyFile,
  type WrappedKeyMembers,
} from "./key-file-format.ts";
export { keyFromWords, keyToWords } from "./key-words.ts";
export { keyFileLimits } from "./limits.ts";
export {
  createKeyAuthorityFile,
  type CreateKeyAuthorityFileInput,
  unlockKeyAuthorityFile,
} from "./authority-key-file.ts";
export { createKeyFile, type CreateKeyFileInput, unlockKeyFile } from "./organisation-key-file.ts";
export type { CreateKeyFileDeps } from "./wrapped-secret.ts";
