import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { nodePrimitives } from "@coterie/primitives/node";
import { portablePrimitives } from "@coterie/primitives/portable";
import { describeAgreementOfBackends } from "./suites/agreement-of-backends.ts";

describeAgreementOfBackends([portablePrimitives, nodePrimitives, await loadBrowserPrimitives()]);
