/** Script of the gateway's own page, `/p/<page>`, where the browser seals. */
import { viewKeys } from "@coterie/actions/form";
import { showPageForm } from "./page-form.ts";
import { sealingLoader } from "./platform.ts";

const sealing = sealingLoader();

void showPageForm({
  mode: "browser",
  viewKeys,
  submitter: sealing,
  pinsOf: async (page) => (await sealing()).pinsOfPage(page),
});
