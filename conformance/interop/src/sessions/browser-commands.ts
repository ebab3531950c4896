/** Commands by which tests in a browser reach devices in Node: `import { commands } from "vitest/browser"`. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BrowserCommand } from "vitest/node";
import type { Device } from "./device.ts";
import type { NodeDevices } from "./node-devices.ts";
import type { DeviceMethod } from "./remote-device.ts";

declare module "vitest/browser" {
  interface BrowserCommands {
    /** A new device in Node under `name`; false where its implementation is not installed. */
    createNodeDevice: (name: string, implementation: Device["implementation"]) => Promise<boolean>;
    callNodeDevice: (name: string, method: DeviceMethod, argument: string) => Promise<string>;
  }
}

/** The commands, by name, for vitest's browser project. */
export interface SessionCommands {
  readonly createNodeDevice: BrowserCommand<[name: string, implementation: Device["implementation"]]>;
  readonly callNodeDevice: BrowserCommand<[name: string, method: DeviceMethod, argument: string]>;
}

/** Commands with devices of their own. */
export function createSessionCommands(): SessionCommands {
  let loading: Promise<NodeDevices> | undefined;
  const devices = (): Promise<NodeDevices> => (loading ??= loadDevices());
  return {
    createNodeDevice: async (_context, name, implementation) => await (await devices()).create(name, implementation),
    callNodeDevice: async (_context, name, method, argument) => await (await devices()).call(name, method, argument),
  };
}

/** Only when a test asks, and past the bundler of vitest's configuration, which knows no sources of packages. */
async function loadDevices(): Promise<NodeDevices> {
  const url = pathToFileURL(join(import.meta.dirname, "node-devices.ts")).href;
  // cast: the module at that address
  const { createNodeDevices } = (await import(/* @vite-ignore */ url)) as {
    readonly createNodeDevices: () => NodeDevices;
  };
  return createNodeDevices();
}
