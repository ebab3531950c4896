import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { portablePrimitives } from "@coterie/primitives/portable";
import { describeWidgetBoxes } from "./suites/widget-boxes.ts";

// Drawn before a test takes the platform's crypto away.
const pool = crypto.getRandomValues(new Uint8Array(65_536));
let offset = 0;

describeWidgetBoxes([await loadBrowserPrimitives(), portablePrimitives], {
  fill: (target) => {
    target.set(pool.subarray(offset, offset + target.length));
    offset += target.length;
  },
});
