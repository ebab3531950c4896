// Headless Chromium.
import { type Browser, chromium } from "playwright-core";
import { findChromium } from "../../../../tools/src/repository.ts";

/** Where Chromium is, or undefined: then tests are skipped, visibly. */
export const chromiumPath: string | undefined = findChromium();

/** Starts it with nothing but what tests need. */
export async function launchChromium(): Promise<Browser> {
  if (chromiumPath === undefined) throw new Error("no Chromium");
  return await chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
