/** The border of Argon2id: its parameters. Backends supply the function. */
import type { Bytes } from "@coterie/bytes";
import { requireLength, requireWithin } from "./checks.ts";
import { primitivesLimits } from "../limits.ts";
import type { Argon2idInput } from "../types.ts";

const saltRule = { what: "the salt of Argon2id", lengthBytes: 16 } as const;
// RFC 9106 asks for at least 8 KiB a lane.
const memoryRule = { what: "the memory in KiB", least: 8, most: primitivesLimits.argon2idMemoryKiB };
const passesRule = { what: "the number of passes", least: 1, most: primitivesLimits.argon2idPasses };
const lengthRule = { what: "the length of an Argon2id output", least: 16, most: 1024 };

/** Argon2id over a backend's function. Throws InvalidParameterError outside of what {@link Argon2idInput} says. */
export function createArgon2id(hash: (input: Argon2idInput) => Bytes): (input: Argon2idInput) => Bytes {
  return (input) => {
    requireLength(input.salt, saltRule);
    requireWithin(input.memoryKiB, memoryRule);
    requireWithin(input.passes, passesRule);
    requireWithin(input.lengthBytes, lengthRule);
    return hash(input);
  };
}
