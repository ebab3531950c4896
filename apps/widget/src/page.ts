/** Script of the gateway's own page, `/p/<page>`, where the gateway seals. */
import { showPageForm } from "./page-form.ts";
import { clearSubmitterLoader } from "./platform.ts";

void showPageForm({
  mode: "gateway",
  viewKeys: undefined,
  submitter: clearSubmitterLoader(),
  pinsOf: async () => undefined,
});
