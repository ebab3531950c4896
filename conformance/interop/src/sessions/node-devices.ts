/** Devices in Node that tests in a browser call: ours, and the oracle's where it is installed. */
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { createCoterieDevice } from "./coterie-device.ts";
import type { Device } from "./device.ts";
import { findLibsignal } from "./libsignal.ts";
import { createLibsignalDevice } from "./libsignal-device.ts";
import { decodeCrossing, type DeviceMethod, encodeCrossing } from "./remote-device.ts";

/** Devices by the names that tests give them. */
export interface NodeDevices {
  /** A new device under `name`; false where its implementation is not installed. */
  readonly create: (name: string, implementation: Device["implementation"]) => Promise<boolean>;
  readonly call: (name: string, method: DeviceMethod, argument: string) => Promise<string>;
}

/** No devices yet. */
export function createNodeDevices(): NodeDevices {
  const devices = new Map<string, Device>();
  return {
    async create(name, implementation) {
      const device = await makeDevice(implementation);
      if (device !== undefined) devices.set(name, device);
      return device !== undefined;
    },
    async call(name, method, argument) {
      const device = devices.get(name);
      if (device === undefined) throw new Error("no such device");
      // cast: who calls gives each method the argument that its type in Device asks for
      const called = device[method] as (argument: unknown) => Promise<unknown>;
      return encodeCrossing(await called(decodeCrossing(argument)));
    },
  };
}

async function makeDevice(implementation: Device["implementation"]): Promise<Device | undefined> {
  if (implementation === "coterie") return createCoterieDevice({ primitives: nodePrimitives, random: systemRandom });
  const library = await findLibsignal();
  return library === undefined ? undefined : createLibsignalDevice(library);
}
