import { loadBrowserPrimitives, systemRandom } from "@coterie/primitives/browser";
import { portablePrimitives } from "@coterie/primitives/portable";
import { describeWidgetBoxes } from "./suites/widget-boxes.ts";

describeWidgetBoxes([await loadBrowserPrimitives(), portablePrimitives], systemRandom);
