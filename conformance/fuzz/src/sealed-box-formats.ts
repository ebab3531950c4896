// Every format of sealed boxes that is under attack.
import {
  canonicalJsonFormat,
  contactFormat,
  contactTextFormat,
  headerFormat,
  plaintextFormat,
} from "./contact-formats.ts";
import type { FuzzedFormat } from "./fuzz.ts";
import { envelopeFormat, keyFileFormat, textFormFormat } from "./key-formats.ts";

export const sealedBoxFormats: readonly FuzzedFormat[] = [
  contactFormat,
  plaintextFormat,
  headerFormat,
  contactTextFormat,
  canonicalJsonFormat,
  envelopeFormat,
  keyFileFormat,
  textFormFormat,
];
