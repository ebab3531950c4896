#!/usr/bin/env node
// Starts the command line through the repository's bootstrap, which finds a Node that runs TypeScript sources.
process.argv.splice(2, 0, "coterie");
await import("../../../bootstrap.mjs");
