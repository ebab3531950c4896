/**
 * What the embedding element and the hosted frame say to each other. Both sides check the sender's window and exact origin
 * before anything else, and the form of the message; everything else is ignored without an answer.
 */
import { frameHeightPixels } from "./limits.ts";

/** "light" for a site without dark colours; "any" follows the person's settings. */
export type ColourScheme = "light" | "any";

/** From the element, once: how the site embeds the form. */
export interface EmbedMessage {
  readonly type: "coterie/embed/1";
  /** The value of the `keys` attribute. */
  readonly keys: string;
  readonly language: string;
  /** Whether the site has dark colours. */
  readonly scheme: ColourScheme;
  /** The address of the site's page. */
  readonly address: string;
}

/** From the frame. None says anything about the person. */
export type FrameMessage =
  | { readonly type: "coterie/title/1"; readonly title: string }
  | { readonly type: "coterie/height/1"; readonly pixels: number }
  | { readonly type: "coterie/signed/1"; readonly counter: number };

/** A message as it arrives. */
export interface ArrivedMessage {
  readonly source: unknown;
  readonly origin: string;
  readonly data: unknown;
}

/** Whom a side listens to. */
export interface Peer {
  readonly window: unknown;
  /** Exact; undefined where the first message tells it (the frame cannot know its embedder before). */
  readonly origin: string | undefined;
}

/** The message of the frame, or undefined where it is forged, foreign or malformed. */
export function readFrameMessage(arrived: ArrivedMessage, peer: Peer): FrameMessage | undefined {
  const members = membersFrom(arrived, peer);
  switch (members?.["type"]) {
    case "coterie/title/1":
      return isShortText(members["title"]) ? { type: "coterie/title/1", title: members["title"] } : undefined;
    case "coterie/height/1":
      return isCount(members["pixels"])
        ? { type: "coterie/height/1", pixels: clampHeight(members["pixels"]) }
        : undefined;
    case "coterie/signed/1":
      return isCount(members["counter"]) ? { type: "coterie/signed/1", counter: members["counter"] } : undefined;
    default:
      return undefined;
  }
}

/** The message of the element, or undefined where it is forged, foreign or malformed. */
export function readEmbedMessage(arrived: ArrivedMessage, peer: Peer): EmbedMessage | undefined {
  const members = membersFrom(arrived, peer);
  if (members?.["type"] !== "coterie/embed/1") return undefined;
  const { keys, language, scheme, address } = members;
  if (scheme !== "light" && scheme !== "any") return undefined;
  if (!isShortText(keys) || !isShortText(language) || !isShortText(address)) return undefined;
  return originOf(address) === arrived.origin
    ? { type: "coterie/embed/1", keys, language, scheme, address }
    : undefined;
}

/** The origin of a web address; "" where it is none. */
export function originOf(address: string): string {
  try {
    const { protocol, origin } = new URL(address);
    return protocol === "https:" || protocol === "http:" ? origin : "";
  } catch {
    return "";
  }
}

function membersFrom(
  { source, origin, data }: ArrivedMessage,
  peer: Peer,
): Readonly<Record<string, unknown>> | undefined {
  if (source === null || source !== peer.window) return undefined;
  if (origin === "null" || origin === "" || (peer.origin !== undefined && origin !== peer.origin)) return undefined;
  if (typeof data !== "object" || data === null || Array.isArray(data)) return undefined;
  return Object.fromEntries(Object.entries(data));
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isShortText(value: unknown): value is string {
  return typeof value === "string" && value.length <= 4096;
}

function clampHeight(pixels: number): number {
  const { smallest, largest } = frameHeightPixels;
  return Math.min(Math.max(pixels, smallest), largest);
}
