/** A living form: draws its state, takes answers, validates, seals, sends, thanks. */
import {
  type ActionPageView,
  type FieldProblem,
  type FormSchema,
  type Tracking,
  validateTyped,
} from "@coterie/actions";
import {
  type FormPhase,
  type FormState,
  type FormTexts,
  type RefusalCode,
  readFormOf,
  viewForm,
} from "@coterie/actions/form";
import { CoterieError } from "@coterie/bytes";
import { patchChildren } from "./dom.ts";
import { RequestFailedError } from "./errors.ts";
import type { GatewayApi } from "./gateway-api.ts";
import type { Pins } from "./pins.ts";
import { offerSharing } from "./share.ts";
import type { SubmissionInput } from "./submission.ts";
import type { Submitter } from "./submitter.ts";

/** What a form needs. */
export interface FormDeps {
  readonly api: GatewayApi;
  readonly now: () => number;
  /** Called when the form is shown, so that it is there when it is needed, and again to use it. */
  readonly submitter: () => Promise<Submitter>;
}

/** How a form is mounted. */
export interface FormOptions {
  /** The element that the form fills, in a document or a shadow root. */
  readonly root: HTMLElement;
  readonly page: ActionPageView;
  readonly schema: FormSchema;
  readonly counter: number | undefined;
  readonly texts: FormTexts;
  readonly heading: FormState["heading"];
  /** See `FormState`. */
  readonly viewKeys: FormState["viewKeys"];
  /** Undefined where the gateway seals. */
  readonly pins: Pins | undefined;
  readonly shareUrl: string;
  readonly tracking: Tracking;
  /** Called once the signature arrived; told nothing about the person. */
  readonly onSigned: (counter: number) => void;
}

/** A mounted form. */
export interface MountedForm {
  readonly showCounter: (counter: number) => void;
  readonly refuse: (refusal: RefusalCode) => void;
}

/** Draws the form into `root` and runs it. What was typed into a form that is already there is kept. */
export function mountForm(deps: FormDeps, options: FormOptions): MountedForm {
  const form = new Form(deps, options);
  return {
    showCounter: (counter) => form.showCounter(counter),
    refuse: (refusal) => form.refuse(refusal),
  };
}

// A class for the one thing with a life-cycle: the state that events change.
class Form {
  readonly #deps: FormDeps;
  readonly #options: FormOptions;
  #state: FormState;
  #lastBody: { readonly values: string; readonly body: string } | undefined;

  constructor(deps: FormDeps, options: FormOptions) {
    this.#deps = deps;
    this.#options = options;
    const typed = options.root.querySelector("form");
    this.#state = {
      page: options.page,
      schema: options.schema,
      texts: options.texts,
      counter: options.counter,
      idempotencyId: "",
      formTime: "",
      values: typed === null ? new Map() : readFormOf(options, textEntries(typed)).values,
      problems: [],
      phase: { kind: "open" },
      medium: "script",
      heading: options.heading,
      viewKeys: options.viewKeys,
      shareUrl: options.shareUrl,
    };
    this.#draw();
    // A failure is told when the form is sent.
    deps.submitter().catch(() => undefined);
    options.root.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#submit();
    });
    options.root.addEventListener("change", () => this.#readValues());
    options.root.addEventListener("click", (event) => this.#followLink(event));
    offerSharing(options.root, {
      texts: options.texts,
      url: options.shareUrl,
      title: options.page.campaignTitle,
    });
  }

  showCounter(counter: number): void {
    this.#state = { ...this.#state, counter };
    this.#draw();
  }

  // Without taking the focus: nobody has done anything yet.
  refuse(refusal: RefusalCode): void {
    this.#state = { ...this.#state, phase: { kind: "refused", refusal } };
    this.#draw();
  }

  show(phase: FormPhase, problems: readonly FieldProblem[] = []): void {
    this.#state = { ...this.#state, phase, problems };
    this.#draw();
    this.#options.root.querySelector<HTMLElement>("[data-focus]")?.focus();
  }

  #draw(): void {
    patchChildren(this.#options.root, viewForm(this.#state));
  }

  // Answers change what is asked (nationality) and who is named as reader (opt-ins).
  #readValues(): void {
    const form = this.#options.root.querySelector("form");
    if (form === null) return;
    this.#state = { ...this.#state, values: readFormOf(this.#options, textEntries(form)).values };
    this.#draw();
  }

  // Links of the summary: fragments do not work in a shadow root.
  #followLink(event: Event): void {
    const link = event.target instanceof Element ? event.target.closest('a[href^="#"]') : null;
    const id = link?.getAttribute("href")?.slice(1);
    if (id === undefined) return;
    event.preventDefault();
    this.#options.root.querySelector<HTMLElement>(`#${CSS.escape(id)}`)?.focus();
  }

  async #submit(): Promise<void> {
    const form = this.#options.root.querySelector("form");
    if (form === null || this.#state.phase.kind === "sending") return;
    const { page, schema } = this.#options;
    const answers = readFormOf(this.#options, textEntries(form));
    this.#state = { ...this.#state, values: answers.values };
    if (answers.isTrapped) return this.#leaveTrap(form);
    const { requiredFields } = page;
    const rules = { requiredFields, now: this.#deps.now };
    const result = validateTyped(schema, { valueByPath: answers.values, rules });
    if (result.kind === "invalid") return this.show({ kind: "open" }, result.problems);
    this.show({ kind: "sending" });
    try {
      const body = await this.#bodyOf({ person: result.person, optIns: answers.optIns });
      const answer = await this.#deps.api.submit(body);
      this.#state = { ...this.#state, counter: answer.counter, values: new Map() };
      this.#lastBody = undefined;
      const { receivedBy, awaitsConfirmation } = answer;
      this.show({ kind: "done", receivedBy, awaitsConfirmation });
      this.#options.onSigned(answer.counter);
    } catch (error) {
      this.#showFailure(error);
    }
  }

  // A person whose browser filled it in sends again, and is through.
  #leaveTrap(form: HTMLFormElement): void {
    for (const input of form.querySelectorAll<HTMLInputElement>(".trap input")) input.value = "";
    this.show({ kind: "failed", failure: "unproven" });
  }

  // A repetition of the same answers is the same request, byte for byte; other answers are another action.
  async #bodyOf({
    person,
    optIns,
  }: Pick<SubmissionInput, "person"> & {
    readonly optIns: ReadonlyMap<string, "yes" | "no" | "not-asked">;
  }): Promise<string> {
    const values = JSON.stringify([person, [...optIns]]);
    if (this.#lastBody?.values === values) return this.#lastBody.body;
    const submitter = await this.#deps.submitter();
    const { page, pins, tracking, texts } = this.#options;
    const body = await submitter.encodeSubmission({
      page,
      pins,
      tracking,
      person,
      wordings: texts.wordings,
      actionId: submitter.newActionId(),
      answers: { optIns, locale: texts.locale, givenAtMs: this.#deps.now() },
    });
    this.#lastBody = { values, body };
    return body;
  }

  #showFailure(error: unknown): void {
    if (error instanceof RequestFailedError) {
      const known = this.#options.schema.fields.filter(({ path }) => error.refusedFields.includes(path));
      const problems = known.map(({ path }): FieldProblem => ({ field: path, problem: "malformed" }));
      return problems.length > 0
        ? this.show({ kind: "open" }, problems)
        : this.show({ kind: "failed", failure: error.failure });
    }
    if (error instanceof CoterieError && error.code === "actions/request-too-large")
      return this.show({ kind: "failed", failure: "too-large" });
    if (this.#options.page.sealing === "browser") return this.show({ kind: "refused", refusal: refusalOf(error) });
    this.show({ kind: "failed", failure: "refused" });
  }
}

// An error while sealing in the browser never falls back to sending anything.
function refusalOf(error: unknown): "wrong-key" | "unsupported" {
  const aboutKeys: readonly string[] = ["widget/unpinned-key", "primitives/invalid-public-key"];
  return error instanceof CoterieError && aboutKeys.includes(error.code) ? "wrong-key" : "unsupported";
}

function textEntries(form: HTMLFormElement): readonly [string, string][] {
  return [...new FormData(form)].flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : []));
}
