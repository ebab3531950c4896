/** The two errors of a mail box's plain text, apart from the others so that the widget carries no more than it needs. */
import { CoterieError } from "@coterie/bytes";

/** An address that does not fit into a mail box. Nothing was sealed. */
export class MailTooLargeError extends CoterieError {
  readonly code = "vault/mail-too-large";
  constructor() {
    super("the address is too long for a mail box");
  }
}

/** An action id, address or name that a mail must not carry, or an opened box that does not have the one form that is allowed. */
export class MalformedMailError extends CoterieError {
  readonly code = "vault/malformed-mail";
  constructor() {
    super("not an action, address and name in the form of a mail box");
  }
}
