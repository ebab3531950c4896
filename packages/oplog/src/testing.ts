/** For tests of what builds on this package: a disk that fails as real ones do, relays that lie, networks that lose; repeatable from a seed. */
export { type Chance, createChance } from "./chance.ts";
export {
  SimulatedCrashError,
  SimulatedDisk,
  type SimulatedDiskInput,
  SimulatedMisuseError,
} from "./storage/simulated-disk.ts";
export {
  HostileRelay,
  type HostileRelayDeps,
  type HostileRelayInput,
  type RelayTrick,
  relayTricks,
  type TrickRates,
} from "./sync/hostile/hostile-relay.ts";
export { createHostileTransport, type FrameRates } from "./sync/hostile/hostile-transport.ts";
export { Journal, type JournalEntry } from "./sync/hostile/journal.ts";
export { firstBlocks, type LogView, readThrough, withoutBlocks, withoutWriter } from "./sync/hostile/log-view.ts";
export { LossyNetwork, type LossyNetworkInput } from "./sync/hostile/lossy-network.ts";
export type { BlockTrick } from "./sync/hostile/spoil-blocks.ts";
