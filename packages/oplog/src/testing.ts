/** For tests of what builds on this package: a disk that fails as real ones do, relays that lie, networks that lose; repeatable from a seed. */
export { type Chance, createChance } from "./chance.ts";
export {
  SimulatedCrashError,
  SimulatedDisk,
  type SimulatedDiskInput,
  SimulatedMisuseError,
} from "./storage/simulated-disk.ts";
