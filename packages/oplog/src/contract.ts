/**
 * What every adapter of a port of this package must do, as suites that each of them runs:
 * `describeLogStore({ describe, it }, { name: "my store", make })`. They bring their own checks, so that they fit any test runner.
 */
export type { MadeLogStore } from "./storage/contract-case.ts";
export { describeLogStore, type LogStoreCase } from "./storage/log-store-contract.ts";
export { describeRelay, type MadeRelay, type RelayCase } from "./sync/relay-contract.ts";
export { ContractViolatedError, type TestRunner } from "./test-runner.ts";
