/** Errors of key files and printed words. No message contains input. */
import { CoterieError } from "@coterie/bytes";

/** Text that is not a key file of version 1 in its one form: unknown, missing or repeated members, wrong lengths. */
export class MalformedKeyFileError extends CoterieError {
  readonly code = "sealed-box/key-file-malformed";
}

/** Argon2id parameters below the floor or above the ceiling. Nothing was derived. */
export class KeyFileParametersError extends CoterieError {
  readonly code = "sealed-box/key-file-parameters";
  constructor() {
    super("a key file uses 64 MiB to 1 GiB of memory and 3 to 16 passes");
  }
}

/** Wrong passphrase, or the file was changed. One code and one message for every cause. */
export class KeyFileNotOpenedError extends CoterieError {
  readonly code = "sealed-box/key-file-not-opened";
  constructor() {
    super("the passphrase is wrong, or the key file was changed");
  }
}

/** A passphrase that is too short to protect a file, or too long to be one. */
export class KeyFilePassphraseError extends CoterieError {
  readonly code = "sealed-box/key-file-passphrase";
  constructor() {
    super("a passphrase has 8 to 1024 characters");
  }
}

/** Not 24 words of the list, or the checksum is wrong: a word was copied wrongly. */
export class MalformedKeyWordsError extends CoterieError {
  readonly code = "sealed-box/key-words-malformed";
  constructor() {
    super("not the 24 words of a key: one is missing, mistyped or in another place");
  }
}

/** The words are those of a key, but not of the expected one. */
export class KeyWordsMismatchError extends CoterieError {
  readonly code = "sealed-box/key-words-mismatch";
  constructor() {
    super("the words are those of another key");
  }
}

/** All errors of this entry, for an exhaustive `switch (error.code)`. */
export type KeyFileError =
  | MalformedKeyFileError
  | KeyFileParametersError
  | KeyFileNotOpenedError
  | KeyFilePassphraseError
  | MalformedKeyWordsError
  | KeyWordsMismatchError;
