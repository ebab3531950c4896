import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { nodePrimitives, systemRandom } from "@coterie/primitives/node";
import { describeWidgetBoxes } from "./suites/widget-boxes.ts";

describeWidgetBoxes([nodePrimitives, await loadBrowserPrimitives()], systemRandom);
