/**
 * Contact headers for whoever needs one after the other: into one buffer whose layout is made once, with ids that come
 * again and again decoded once. `encodeContactHeader` is its simple twin; a test holds the two together.
 */
import { type Bytes, decodeTextForm, encodeFields, FieldWriter } from "@coterie/bytes";
import { type ContactHeader, type ContactHeaderInput, requireHeaderTime, requirePartLength } from "./contact-header.ts";
import { contextIdPrefixes } from "./contact-plaintext.ts";
import { MalformedHeaderError } from "./errors.ts";
import { keyIdBytes, parseKeyId } from "./key-id.ts";
import { contactLabels } from "./labels.ts";

/** What is encoded: a header's parts, with the payload's hash. */
export type HeaderParts = ContactHeaderInput & Pick<ContactHeader, "payloadHash">;

/** Encodes header after header. */
export interface ContactHeaderEncoder {
  /**
   * The bytes that are signed, in memory that the next call changes.
   * @throws MalformedHeaderError, MalformedTextError as `encodeContactHeader`
   */
  readonly encode: (parts: HeaderParts) => Uint8Array;
}

/** Ids of campaigns, pages, organisations and keys that one encoder remembers; more than any export meets at a time. */
const rememberedIds = 1024;
/** White space around an id is ignored; it must not be remembered. */
const longestRemembered = 64;

const prefixBytes = 4;
const textOfSealing = { gateway: encodeFields("gateway"), browser: encodeFields("browser") };

/** An encoder with a buffer and a memory of ids of its own. */
export function createContactHeaderEncoder(): ContactHeaderEncoder {
  const { template, offsets } = createTemplate();
  const view = new DataView(template.buffer);
  const bytesById = createIdMemory();
  return {
    encode(parts) {
      const sealing = Object.hasOwn(textOfSealing, parts.sealing) ? textOfSealing[parts.sealing] : undefined;
      if (sealing === undefined) throw new MalformedHeaderError("unknown sealing");
      requireHeaderTime(parts.createdAtMs);
      const action = decodeTextForm(contextIdPrefixes.action, parts.action, { lengthBytes: 16 });
      template.set(action, offsets.action);
      template.set(bytesById("campaign", parts.campaign), offsets.campaign);
      template.set(bytesById("page", parts.page), offsets.page);
      template.set(bytesById("organisation", parts.organisation), offsets.organisation);
      template.set(bytesById("key", parts.contact.publicKey.id), offsets.key);
      template.set(requirePartLength(parts.contact.signKey.public, 32), offsets.signKey);
      template.set(requirePartLength(parts.contact.nonce, 24), offsets.nonce);
      template.set(requirePartLength(parts.payloadHash, 32), offsets.payloadHash);
      template.set(requirePartLength(parts.commitment, 32), offsets.commitment);
      template.set(requirePartLength(parts.consentHash, 32), offsets.consentHash);
      template.set(sealing, offsets.sealing - prefixBytes);
      view.setUint32(offsets.createdAtMs, Math.floor(parts.createdAtMs / 0x1_0000_0000));
      view.setUint32(offsets.createdAtMs + 4, parts.createdAtMs >>> 0);
      return template;
    },
  };
}

/** The fields after the label, in order, and their lengths: all fixed, since both sealings have names of 7 bytes. */
const fieldLengths = {
  action: 16,
  campaign: 16,
  page: 16,
  organisation: 16,
  key: 20,
  signKey: 32,
  nonce: 24,
  payloadHash: 32,
  commitment: 32,
  consentHash: 32,
  sealing: 7,
  createdAtMs: 8,
} as const;

type FieldOffsets = { readonly [Name in keyof typeof fieldLengths]: number };

function createTemplate(): { readonly template: Bytes; readonly offsets: FieldOffsets } {
  const writer = new FieldWriter().text(contactLabels.contactHeader);
  let at = writer.finish().length;
  const offsets: Record<string, number> = {};
  for (const [name, lengthBytes] of Object.entries(fieldLengths)) {
    writer.bytes(new Uint8Array(lengthBytes));
    offsets[name] = at + prefixBytes;
    at += prefixBytes + lengthBytes;
  }
  // cast: the loop has just given every name of the layout its offset
  return { template: writer.finish(), offsets: offsets as FieldOffsets };
}

type RepeatedId = "campaign" | "page" | "organisation" | "key";

/** Bytes of ids by their text. Public values only; when full it starts anew, so that no sender makes it grow. */
function createIdMemory(): (kind: RepeatedId, text: string) => Bytes {
  const remembered: { readonly [Kind in RepeatedId]: Map<string, Bytes> } = {
    campaign: new Map(),
    page: new Map(),
    organisation: new Map(),
    key: new Map(),
  };
  return (kind, text) => {
    const byText = remembered[kind];
    const known = byText.get(text);
    if (known !== undefined) return known;
    const bytes =
      kind === "key"
        ? keyIdBytes(parseKeyId(text))
        : decodeTextForm(contextIdPrefixes[kind], text, { lengthBytes: 16 });
    if (byText.size >= rememberedIds) byText.clear();
    if (text.length <= longestRemembered) byText.set(text, bytes);
    return bytes;
  };
}
