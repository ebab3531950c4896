import { loadBrowserPrimitives } from "@coterie/primitives/browser";
import { portablePrimitives } from "@coterie/primitives/portable";
import { describeAgreementOfBackends } from "./suites/agreement-of-backends.ts";

describeAgreementOfBackends([portablePrimitives, await loadBrowserPrimitives()]);
