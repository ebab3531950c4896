/** A device in another process: calls and their results cross as text. */
import { decodeBase64Url, encodeBase64Url } from "@coterie/bytes";
import type { Device } from "./device.ts";

/** What can be called. */
export type DeviceMethod = Exclude<keyof Device, "implementation">;

/** Carries one call to the device and brings its result, both as {@link encodeCrossing} writes them. */
export type CarryCall = (method: DeviceMethod, argument: string) => Promise<string>;

/** The device at the other end. */
export function createRemoteDevice(implementation: Device["implementation"], carry: CarryCall): Device {
  const call = async <Result>(method: DeviceMethod, argument?: unknown): Promise<Result> =>
    decodeCrossing(await carry(method, encodeCrossing(argument)));
  return {
    implementation,
    publish: async () => await call("publish"),
    start: async (bundle) => await call("start", bundle),
    encrypt: async (text) => await call("encrypt", text),
    decrypt: async (packet) => await call("decrypt", packet),
    reset: async () => await call("reset"),
    epoch: async () => await call("epoch"),
    recordLengthBytes: async () => await call("recordLengthBytes"),
  };
}

/** A value as text; bytes are kept apart from what looks like them. */
export function encodeCrossing(value: unknown): string {
  return JSON.stringify({ value }, (_key, part: unknown) =>
    part instanceof Uint8Array ? { bytes: encodeBase64Url(part) } : part,
  );
}

/** The value of {@link encodeCrossing}; who calls knows its shape. */
export function decodeCrossing<Value>(text: string): Value {
  const { value }: { value: Value } = JSON.parse(text, (_key, part: unknown) => bytesOf(part) ?? part);
  return value;
}

function bytesOf(part: unknown): Uint8Array | undefined {
  if (typeof part !== "object" || part === null || !("bytes" in part) || typeof part.bytes !== "string") {
    return undefined;
  }
  return decodeBase64Url(part.bytes);
}
