/** Signing in with an organisation's token, and out again. The token lives in this tab's session storage and nowhere else. */
import { type ReadonlySignal, signal } from "@preact/signals";
import {
  AuditService,
  KeyLogService,
  MailService,
  ModerationService,
  NoticeService,
  type Organisation,
  OrganisationService,
  RightsService,
  SettingsService,
  StatisticsService,
  WebhookService,
} from "@coterie/protocol";
import { GatewayMisbehavedError, GatewayRefusedError, type ProblemCode, problemOf } from "../errors.ts";
import { type CallDeps, createServiceClient, type SendToGateway, type ServiceClient } from "../gateway/unary-call.ts";
import { checkSigningKey, confirmsFingerprint, forgetSigningKey, type TextStore } from "./signing-key-pin.ts";
import { type TokenForm, tokenFormOf } from "./token-form.ts";

/** What the screens work with once somebody signed in. */
export interface SignedIn {
  readonly organisation: Organisation;
  /** Pinned, 32 bytes. */
  readonly gatewaySigningKey: Uint8Array<ArrayBuffer>;
  readonly organisations: ServiceClient<typeof OrganisationService.method>;
  readonly keyLogs: ServiceClient<typeof KeyLogService.method>;
  readonly mails: ServiceClient<typeof MailService.method>;
  readonly moderation: ServiceClient<typeof ModerationService.method>;
  readonly webhooks: ServiceClient<typeof WebhookService.method>;
  readonly audit: ServiceClient<typeof AuditService.method>;
  readonly notices: ServiceClient<typeof NoticeService.method>;
  readonly settings: ServiceClient<typeof SettingsService.method>;
  readonly statistics: ServiceClient<typeof StatisticsService.method>;
  readonly rights: ServiceClient<typeof RightsService.method>;
  /** For calls whose answers are passed on undecoded. */
  readonly calls: CallDeps;
}

/** Why nobody is signed in. */
export type SignInProblem =
  | { readonly kind: "token"; readonly form: Exclude<TokenForm, "token"> }
  | { readonly kind: "refused" }
  | { readonly kind: "gateway-changed"; readonly pinned: string; readonly shown: string }
  | { readonly kind: "failed"; readonly problem: ProblemCode };

/** Where signing in stands. */
export type SessionState =
  | { readonly kind: "signed-out"; readonly problem?: SignInProblem }
  | { readonly kind: "signing-in" }
  | { readonly kind: "signed-in"; readonly session: SignedIn };

/** What sessions need. */
export interface SessionDeps {
  readonly send: SendToGateway;
  /** Gone with the tab. */
  readonly tabStore: TextStore;
  readonly lastingStore: TextStore;
}

/** Signing in and out. */
export interface SessionModel {
  readonly state: ReadonlySignal<SessionState>;
  readonly signIn: (token: string) => Promise<void>;
  /** Signs in again after a reload of the tab. */
  readonly resume: () => Promise<void>;
  readonly signOut: () => void;
  /** Accepts a changed gateway key after its last characters were typed; false where they are wrong. */
  readonly acceptGatewayKey: (typed: string) => boolean;
}

const tokenName = "coterie.token";

/** A session that is signed out. */
export function createSessionModel(deps: SessionDeps): SessionModel {
  const state = signal<SessionState>({ kind: "signed-out" });
  const signIn = async (text: string): Promise<void> => {
    const form = tokenFormOf(text);
    if (form !== "token") {
      state.value = { kind: "signed-out", problem: { kind: "token", form } };
      return;
    }
    state.value = { kind: "signing-in" };
    state.value = await trySigningIn(deps, text.trim());
  };
  return {
    state,
    signIn,
    async resume() {
      const token = deps.tabStore.load(tokenName);
      if (token !== undefined) await signIn(token);
    },
    signOut() {
      deps.tabStore.remove(tokenName);
      state.value = { kind: "signed-out" };
    },
    acceptGatewayKey(typed) {
      const { value } = state;
      if (value.kind !== "signed-out" || value.problem?.kind !== "gateway-changed") return false;
      if (!confirmsFingerprint(value.problem.shown, typed)) return false;
      forgetSigningKey({ store: deps.lastingStore });
      state.value = { kind: "signed-out" };
      return true;
    },
  };
}

async function trySigningIn({ send, tabStore, lastingStore }: SessionDeps, token: string): Promise<SessionState> {
  try {
    const calls: CallDeps = { send, token };
    const organisations = createServiceClient(calls, OrganisationService);
    const { organisation, gatewaySigningKey } = await organisations.getOrganisation({});
    if (organisation === undefined || gatewaySigningKey.length !== 32) {
      throw new GatewayMisbehavedError("no organisation, or no signing key");
    }
    const verdict = checkSigningKey({ store: lastingStore }, gatewaySigningKey);
    if (verdict.kind === "changed") {
      tabStore.remove(tokenName);
      const { pinned, shown } = verdict;
      return { kind: "signed-out", problem: { kind: "gateway-changed", pinned, shown } };
    }
    tabStore.save(tokenName, token);
    const session: SignedIn = {
      organisation,
      gatewaySigningKey: new Uint8Array(gatewaySigningKey),
      organisations,
      keyLogs: createServiceClient(calls, KeyLogService),
      mails: createServiceClient(calls, MailService),
      moderation: createServiceClient(calls, ModerationService),
      webhooks: createServiceClient(calls, WebhookService),
      audit: createServiceClient(calls, AuditService),
      notices: createServiceClient(calls, NoticeService),
      settings: createServiceClient(calls, SettingsService),
      statistics: createServiceClient(calls, StatisticsService),
      rights: createServiceClient(calls, RightsService),
      calls,
    };
    return { kind: "signed-in", session };
  } catch (error) {
    if (error instanceof GatewayRefusedError && error.reason === "unauthenticated") {
      tabStore.remove(tokenName);
      return { kind: "signed-out", problem: { kind: "refused" } };
    }
    return { kind: "signed-out", problem: { kind: "failed", problem: problemOf(error) } };
  }
}
