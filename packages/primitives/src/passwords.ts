/** The parameters of Argon2id, checked the same on every backend. */
import { requireLength, requireWithin } from "./checks.ts";
import { primitivesLimits } from "./limits.ts";
import type { Argon2idInput } from "./types.ts";

const saltRule = { what: "the salt of Argon2id", lengthBytes: 16 } as const;
// RFC 9106 asks for at least 8 KiB a lane.
const memoryRule = { what: "the memory in KiB", least: 8, most: primitivesLimits.argon2idMemoryKiB };
const passesRule = { what: "the number of passes", least: 1, most: primitivesLimits.argon2idPasses };
const lengthRule = { what: "the length of an Argon2id output", least: 16, most: 64 };

/** Throws InvalidParameterError where `input` is outside of what {@link Argon2idInput} says. */
export function checkArgon2idInput({ salt, memoryKiB, passes, lengthBytes }: Argon2idInput): void {
  requireLength(salt, saltRule);
  requireWithin(memoryKiB, memoryRule);
  requireWithin(passes, passesRule);
  requireWithin(lengthBytes, lengthRule);
}
