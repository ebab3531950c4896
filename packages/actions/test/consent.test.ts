import { encodeFields, encodeHex, encodeUtf8 } from "@coterie/bytes";
import { describe, expect, it } from "vitest";
import { textsOf } from "../src/form.ts";
import {
  apiWordingId,
  type ConsentRecord,
  encodeConsentRecord,
  formLocales,
  hashConsentRecord,
  hashWording,
  InvalidConsentError,
  pickFormLocale,
  planContacts,
  planOwnContacts,
  recordConsents,
  recordConsentsIn,
  renderWording,
  UnknownNameError,
} from "../src/index.ts";
import { alphaId, betaId, deps, pageId, pageView, receiver } from "./page-fixture.ts";

const record: ConsentRecord = {
  organisationId: alphaId,
  pageId,
  purpose: "newsletter",
  optIn: "yes",
  wordingId: "newsletter/1",
  wordingHash: new Uint8Array(32).fill(7),
  locale: "pl",
  givenAtMs: 1_700_000_000_000,
};

describe("consent records", () => {
  it("encode to the fields of docs/protocol/actions.md §5", () => {
    const fields = encodeFields(
      "coterie/consent/1",
      new Uint8Array(16).fill(1),
      new Uint8Array(16).fill(3),
      "newsletter",
      1,
      "newsletter/1",
      new Uint8Array(32).fill(7),
      "pl",
      "form",
      1_700_000_000_000,
    );
    expect(encodeHex(encodeConsentRecord(record))).toBe(encodeHex(fields));
    expect(encodeHex(hashConsentRecord(deps, record))).toBe(encodeHex(deps.sha256(fields)));
  });

  it("hash differently when any member differs", () => {
    const changes: readonly Partial<ConsentRecord>[] = [
      { organisationId: betaId },
      { purpose: "delivery" },
      { optIn: "no" },
      { optIn: "not-asked" },
      { wordingId: "newsletter/2" },
      { wordingHash: new Uint8Array(32).fill(8) },
      { locale: "fr" },
      { givenAtMs: 1_700_000_000_001 },
    ];
    const hashes = [record, ...changes.map((change) => ({ ...record, ...change }))].map((one) =>
      encodeHex(hashConsentRecord(deps, one)),
    );
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  it.each<[string, Partial<ConsentRecord>]>([
    ["a short hash", { wordingHash: new Uint8Array(31) }],
    ["a locale that is none", { locale: "<script>" }],
    ["a time before 1970", { givenAtMs: -1 }],
    ["a time between milliseconds", { givenAtMs: 0.5 }],
    ["an empty wording id", { wordingId: "" }],
  ])("refuse %s", (_name, change) => {
    expect(() => encodeConsentRecord({ ...record, ...change })).toThrow(InvalidConsentError);
  });
});

describe("wordings", () => {
  it("name the organisation in every language and hash the very sentence", () => {
    for (const locale of formLocales)
      for (const id of ["delivery/1", "newsletter/1", "newsletter-and-receive/1"]) {
        const wording = { id, locale, organisationName: "Alpha & Söhne" };
        const sentence = renderWording(wording);
        expect(sentence).toContain("Alpha & Söhne");
        expect(encodeHex(hashWording(deps, wording))).toBe(encodeHex(deps.sha256(encodeUtf8(sentence))));
      }
  });

  // A published wording never changes: a new text gets a new id. These are the hashes of what was shown.
  it.each([
    ["delivery/1", "en", "What you fill in is sent to Alpha."],
    ["newsletter/1", "en", "May Alpha write to you by email about this campaign and others?"],
    ["newsletter/1", "fr", "Alpha peut-elle vous écrire par courriel au sujet de cette campagne et d’autres ?"],
    ["newsletter/1", "pl", "Czy organizacja Alpha może pisać do Ciebie e-maile o tej i innych kampaniach?"],
  ] as const)("%s in %s is fixed", (id, locale, sentence) => {
    expect(renderWording({ id, locale, organisationName: "Alpha" })).toBe(sentence);
  });

  it("refuses an id that is not of the list", () => {
    expect(() => renderWording({ id: "constructor", locale: "en", organisationName: "Alpha" })).toThrow(
      UnknownNameError,
    );
  });

  it.each([
    ["en-GB", "en"],
    ["ar", "ar"],
    ["AR-EG", "ar"],
    ["arn", "en"],
    ["de", "en"],
    ["", "en"],
  ])("picks a language for %s", (locale, picked) => {
    expect(pickFormLocale(locale)).toBe(picked);
  });
});

describe("planContacts", () => {
  const answers = (beta: "yes" | "no", alpha: "yes" | "no") => ({
    optIns: new Map([
      [betaId, beta],
      [alphaId, alpha],
    ]),
    locale: "en",
    givenAtMs: 5,
  });
  const receiversOf = (page: ReturnType<typeof pageView>, consents: readonly ConsentRecord[]) => {
    const plan = planContacts(deps, { page, consents });
    return plan.kind === "planned" ? plan.contacts.map((contact) => contact.receiver.organisationId) : plan.problem;
  };

  it("seals to the page's organisation alone where the lead was declined", () => {
    const page = pageView();
    expect(receiversOf(page, recordConsents(deps, { page, answers: answers("no", "no") }))).toEqual([betaId]);
  });

  it("seals to both where the lead was agreed to, each with its own consent", () => {
    const page = pageView();
    const plan = planContacts(deps, { page, consents: recordConsents(deps, { page, answers: answers("no", "yes") }) });
    expect(plan.kind).toBe("planned");
    if (plan.kind !== "planned") return;
    expect(plan.contacts.map(({ consent }) => [consent.organisationId, consent.optIn, consent.wordingId])).toEqual([
      [betaId, "no", "newsletter/1"],
      [alphaId, "yes", "newsletter-and-receive/1"],
    ]);
    for (const { consent, consentHash } of plan.contacts)
      expect(encodeHex(consentHash)).toBe(encodeHex(hashConsentRecord(deps, consent)));
  });

  it("counts an unanswered question as no", () => {
    const page = pageView();
    const consents = recordConsents(deps, { page, answers: { optIns: new Map(), locale: "xx", givenAtMs: 5 } });
    expect(consents.map(({ optIn, locale }) => [optIn, locale])).toEqual([
      ["no", "en"],
      ["no", "en"],
    ]);
    expect(receiversOf(page, consents)).toEqual([betaId]);
  });

  it("records a delivery without question as not asked", () => {
    const page = pageView({
      receivers: [receiver(betaId, { asksOptIn: false }), receiver(alphaId, { asksOptIn: false })],
    });
    const consents = recordConsents(deps, { page, answers: answers("yes", "yes") });
    expect(consents.map(({ organisationId, purpose, optIn }) => [organisationId, purpose, optIn])).toEqual([
      [betaId, "delivery", "not-asked"],
    ]);
    expect(receiversOf(page, consents)).toEqual([betaId]);
  });

  it("takes what another program asked only where it is told so, with the wording that says so", () => {
    const page = pageView();
    const empty = deps.sha256(new Uint8Array(0));
    const record = (organisationId: string, given: Partial<ConsentRecord> = {}): ConsentRecord => ({
      organisationId,
      pageId: page.id,
      purpose: "newsletter",
      optIn: "yes",
      wordingId: apiWordingId,
      wordingHash: empty,
      locale: "en",
      givenAtMs: 5,
      ...given,
    });
    const kindOf = (consents: readonly ConsentRecord[]) => {
      const plan = planContacts(deps, { page, consents, method: "api" });
      return plan.kind === "planned" ? plan.contacts.length : plan.problem;
    };
    const unasked: Partial<ConsentRecord> = { purpose: "delivery", optIn: "not-asked" };
    expect(kindOf([record(betaId), record(alphaId)])).toBe(2);
    expect(kindOf([record(betaId, unasked), record(alphaId, unasked)])).toBe(1);
    expect(kindOf([record(betaId)])).toBe("missing");
    expect(receiversOf(page, [record(betaId), record(alphaId)])).toBe("malformed");
    expect(kindOf([...recordConsents(deps, { page, answers: answers("yes", "yes") })])).toBe("malformed");
    const wrong: readonly Partial<ConsentRecord>[] = [
      { wordingHash: new Uint8Array(32) },
      { purpose: "delivery" },
      { optIn: "not-asked" },
      { locale: "no locale" },
      { pageId: "cpag1other" },
      { givenAtMs: -1 },
    ];
    for (const given of wrong) expect(kindOf([record(betaId, given), record(alphaId)])).toBe("malformed");
  });

  it("plans the same for the form's own program, which looks at nothing again", () => {
    const page = pageView();
    const consents = recordConsents(deps, { page, answers: answers("yes", "no") });
    const planned = planContacts(deps, { page, consents });
    expect(planned).toEqual({ kind: "planned", contacts: planOwnContacts(deps, { page, consents }) });
    expect(planOwnContacts(deps, { page, consents: [] })).toBeUndefined();
    const { wordings } = textsOf("en");
    expect(recordConsentsIn(deps, { page, answers: answers("yes", "no"), wordings })).toEqual(consents);
  });

  it("takes records of another program only where it is told so", () => {
    const page = pageView();
    const consents = recordConsents(deps, { page, answers: answers("yes", "no") });
    const wordingHash = deps.sha256(new Uint8Array(0));
    const byApi = consents.map((record) => ({ ...record, wordingId: apiWordingId, wordingHash }));
    expect(planContacts(deps, { page, consents: byApi, method: "api" }).kind).toBe("planned");
    expect(planContacts(deps, { page, consents: byApi })).toEqual({ kind: "invalid", problem: "malformed" });
  });

  it("says in the record's bytes where the person was asked", () => {
    const [form] = recordConsents(deps, { page: pageView(), answers: answers("yes", "no") });
    if (form === undefined) throw new Error("a record expected");
    const textOf = (record: ConsentRecord) => encodeHex(encodeConsentRecord(record));
    const [inForm, byApi] = ["form", "api"].map((method) => encodeHex(encodeFields(method)));
    expect(textOf(form)).toContain(inForm);
    expect(textOf({ ...form, wordingId: apiWordingId })).toContain(byApi);
    expect(textOf({ ...form, wordingId: apiWordingId })).not.toContain(inForm);
  });

  it("refuses records that the page's form does not make", () => {
    const page = pageView();
    const [beta, alpha] = recordConsents(deps, { page, answers: answers("yes", "yes") });
    if (beta === undefined || alpha === undefined) throw new Error("two records expected");
    expect(receiversOf(page, [beta])).toBe("missing");
    expect(receiversOf(page, [beta, beta])).toBe("repeated");
    expect(receiversOf(page, [beta, alpha, { ...alpha, organisationId: "corg1other" }])).toBe("unexpected");
    const tampered: readonly Partial<ConsentRecord>[] = [
      { wordingHash: new Uint8Array(32) },
      { wordingId: "newsletter/1" },
      { wordingId: "toString" },
      { optIn: "not-asked" },
      { purpose: "delivery" },
      { pageId: "cpag1other" },
      { locale: "fr" },
      { locale: "de" },
      { givenAtMs: Number.NaN },
    ];
    for (const change of tampered) expect(receiversOf(page, [beta, { ...alpha, ...change }])).toBe("malformed");
    expect(receiversOf(page, [beta, alpha])).toEqual([betaId, alphaId]);
  });
});
