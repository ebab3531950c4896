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
export { encodeKeyFile, type KeyFile, type KeyFileKdf, parseKeyFile } from "./key-file-format.ts";
export { keyFromWords, keyToWords } from "./key-words.ts";
export { keyFileLimits } from "./limits.ts";
export {
  createKeyFile,
  type CreateKeyFileDeps,
  type CreateKeyFileInput,
  unlockKeyFile,
} from "./organisation-key-file.ts";
