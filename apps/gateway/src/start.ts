/** `npm start`: builds what is stale, starts the gateway, makes the sample on the first start, and says where everything is. */
import { CoterieError } from "@coterie/bytes";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readEnvironment } from "./environment.ts";
import { StartError } from "./errors.ts";
import { type Gateway, startGateway } from "./gateway.ts";
import { errorCode } from "./log/log.ts";
import { warnOfAddress } from "./start/address-warning.ts";
import { addressFromHere, makeSample } from "./start/sample.ts";
import { buildPagesWhenStale, buildWidgetWhenStale } from "./start/widget-build.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "..");

// A reader of our output that goes away (`npm start | head`) does not stop the gateway.
process.stdout.on("error", () => undefined);

await main().catch((error: unknown) => {
  // Our own errors are written for whoever started this; anything else is a fault, and its stack helps to find it.
  say(error instanceof CoterieError ? `Coterie did not start: ${error.message}.` : fault(error));
  process.exitCode = 1;
  // Whatever a half-made start may have left open does not keep a program running that has said it did not start.
  setTimeout(() => process.exit(1), 2000).unref();
});

async function main(): Promise<void> {
  const settings = readEnvironment(process.env, root);
  const isDevelopment = process.env["COTERIE_DEV"] === "1";
  const widget = isDevelopment ? "fresh" : await buildWidgetWhenStale(root);
  if (widget === "failed") say("The action form's script could not be built: pages work without it.");
  const pages = isDevelopment ? "fresh" : await buildPagesWhenStale(root);
  if (pages === "failed") say("The organisation pages could not be built: the command line works without them.");
  const gateway = await startGateway(settings.gateway).catch((error: unknown) => {
    throw explainUnusableFolder(error, settings.gateway.dataFolder) ?? error;
  });
  stopOnSignals(gateway);
  stopOnFaults(gateway);
  say(`Coterie listens on ${gateway.address}`);
  const warning = warnOfAddress(settings.gateway);
  if (warning !== undefined) say(warning);
  const address = addressFromHere(gateway.address);
  say(`Organisation pages: ${address}/organisation/`);
  const { dataFolder } = settings.gateway;
  if (settings.sample) {
    const sample = await makeSample({
      root,
      dataFolder,
      premisesFolder: settings.premisesFolder,
      address,
    });
    say(
      sample === undefined ? "The sample campaign could not be made; the gateway runs without it." : sample.trimEnd(),
    );
  }
  say("Stop with Ctrl-C.");
}

function stopOnSignals(gateway: Gateway): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    gateway.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, stop);
}

/** What nobody caught ends the gateway, in order: nothing that was acknowledged depends on it. */
function stopOnFaults(gateway: Gateway): void {
  const stop = (thrown: unknown): void => {
    process.stderr.write(`${fault(thrown)}\n`);
    gateway.close().then(
      () => process.exit(1),
      () => process.exit(1),
    );
  };
  process.once("uncaughtException", stop);
  process.once("unhandledRejection", stop);
}

/** What the operating system does not let us do with the data folder, in words; undefined for any other error. */
function explainUnusableFolder(error: unknown, dataFolder: string): StartError | undefined {
  const code = errorCode(error);
  if (!/^E(ACCES|DQUOT|EXIST|IO|ISDIR|LOOP|NAMETOOLONG|NOSPC|NOTDIR|PERM|ROFS)$/.test(code)) return undefined;
  return new StartError(`the data folder ${dataFolder} cannot be used (${code}): set COTERIE_DATA to one that can`);
}

/** Where it happened, without the message: that may repeat what somebody sent. */
function fault(error: unknown): string {
  if (!(error instanceof Error)) return "Coterie met an unknown fault.";
  const frames = (error.stack ?? "").split("\n").filter((line) => line.startsWith("    at "));
  return ["Coterie met a fault:", `${error.name} ${errorCode(error)}`, ...frames].join("\n");
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
