/**
 * Mails that follow no action: to people who ask what is held of them, to staff. Whoever has some keeps its own outbox and is called in
 * the loop that sends, with the same transport and the same limit for each address.
 */
import type { AddressLimits } from "./send-mail.ts";
import type { MailTransport } from "./transport.ts";

/** What letters are sent through. */
export interface LetterChannel {
  readonly transport: MailTransport;
  readonly addressLimits: AddressLimits;
  /** The domain of Message-IDs: the sender's. */
  readonly domain: string;
}

/** Sends what is due now. Never called twice at once by one gateway; several gateways may call it at once. */
export type SendLetters = (channel: LetterChannel) => Promise<void>;
