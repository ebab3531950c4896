// A gateway in a process of its own whose clock the parent moves: `{"passMs": n}` moves it and does what is due then. For tests that
// look into its memory after days have passed.
import { startGateway } from "../../src/gateway.ts";
import { wideRates } from "../../test/support/gateway.ts";

const [dataFolder = "", smtpUrl = ""] = process.argv.slice(2);
const clock = { offsetMs: 0 };
const gateway = await startGateway({
  dataFolder,
  port: 0,
  rates: wideRates,
  now: () => Date.now() + clock.offsetMs,
  mails: { smtpUrl, from: "actions@gateway.example" },
});

async function pass(message: unknown): Promise<void> {
  if (typeof message !== "object" || message === null || !("passMs" in message)) return;
  clock.offsetMs += Number(message.passMs);
  await gateway.mails.workNow();
  process.send?.({ passed: true });
}

process.on("message", (message) => void pass(message));
process.on("disconnect", () => void gateway.close().then(() => process.exit(0)));
process.send?.({ address: gateway.address });
