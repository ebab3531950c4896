/** What staff decide about abuse, with the organisation's token: comments, and what pages ask of whoever signs. */
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect";
import { encodeHex } from "@coterie/bytes";
import {
  type CommentSchema,
  CommentState as WireState,
  ModerationService,
  ProofOfWork,
  protocolLimits,
} from "@coterie/protocol";
import type { Guard } from "../abuse/guard.ts";
import { loadProtection, saveProtection } from "../abuse/page-protection.ts";
import { getUsableCampaign } from "../campaigns/campaigns.ts";
import type { ProofOfWorkMode } from "../db/abuse-schema.ts";
import type { GatewayDeps } from "../deps.ts";
import { RefusedError } from "../errors.ts";
import { encodeId, parseId } from "../ids.ts";
import { gatewayLimits } from "../limits.ts";
import type { Authentication } from "../organisations/authentication.ts";
import type { Pages } from "../pages/page-truth.ts";
import { type CommentState, decideComments, listComments, type StaffComment } from "./comments.ts";
import { dayOf } from "./public-text.ts";

/** What the service needs. */
export interface ModerationServiceDeps extends Pick<GatewayDeps, "db" | "pool" | "random" | "now"> {
  readonly authentication: Authentication;
  readonly pages: Pages;
  readonly guard: Pick<Guard, "mode">;
}

type Methods = ServiceImpl<typeof ModerationService>;

/** Adds the service. */
export function registerModerationService(router: ConnectRouter, deps: ModerationServiceDeps): void {
  router.service(ModerationService, { ...commentMethods(deps), ...protectionMethods(deps) });
}

function commentMethods(deps: ModerationServiceDeps): Pick<Methods, "listComments" | "decideComments"> {
  const { requireOrganisation } = deps.authentication;
  return {
    listComments: async ({ campaignId, state, pageSize, pageToken }, context) => {
      const { organisationId } = await requireOrganisation(context);
      if (pageSize < 0 || pageSize > protocolLimits.pageSize) throw new RefusedError("invalid");
      const campaign = await getUsableCampaign(deps, { organisationId, campaignId: parseId("ccam", campaignId) });
      const { comments, nextPageToken } = await listComments(deps, {
        organisationId,
        campaignId: campaign.id,
        state: fromStateMessage(state),
        size: pageSize === 0 ? protocolLimits.pageSize : pageSize,
        pageToken,
      });
      return { comments: comments.map(toMessage), nextPageToken };
    },
    decideComments: async ({ actionIds, state }, context) => {
      const caller = await requireOrganisation(context);
      if (actionIds.length === 0 || actionIds.length > gatewayLimits.commentsDecided) throw new RefusedError("invalid");
      const ids = actionIds.map((id) => parseId("cact", id));
      if (new Set(ids.map(encodeHex)).size !== ids.length) throw new RefusedError("invalid");
      await decideComments(deps, { caller, actionIds: ids, state: fromStateMessage(state) });
      return {};
    },
  };
}

function protectionMethods(deps: ModerationServiceDeps): Pick<Methods, "getPageProtection" | "setPageProtection"> {
  const { requireOrganisation } = deps.authentication;
  return {
    getPageProtection: async ({ pageId }, context) => {
      const { organisationId } = await requireOrganisation(context);
      const mode = await loadProtection(deps, { organisationId, pageId: parseId("cpag", pageId) });
      return {
        proofOfWork: mode === undefined ? ProofOfWork.UNSPECIFIED : modeMessage[mode],
        gatewayProofOfWork: modeMessage[deps.guard.mode],
      };
    },
    setPageProtection: async ({ pageId, proofOfWork }, context) => {
      const caller = await requireOrganisation(context);
      const mode = fromModeMessage(proofOfWork);
      await saveProtection(deps, { caller, pageId: parseId("cpag", pageId), mode });
      deps.pages.forget();
      return {};
    },
  };
}

const stateMessage: { readonly [State in CommentState]: WireState } = {
  awaiting: WireState.AWAITING,
  approved: WireState.APPROVED,
  rejected: WireState.REJECTED,
};

const stateByMessage: ReadonlyMap<WireState, CommentState> = new Map([
  [WireState.AWAITING, "awaiting"],
  [WireState.APPROVED, "approved"],
  [WireState.REJECTED, "rejected"],
]);

function fromStateMessage(state: WireState): CommentState {
  const known = stateByMessage.get(state);
  if (known === undefined) throw new RefusedError("invalid");
  return known;
}

const modeMessage: { readonly [Mode in ProofOfWorkMode]: ProofOfWork } = {
  off: ProofOfWork.OFF,
  on: ProofOfWork.ON,
  auto: ProofOfWork.AUTO,
};

const modeByMessage: ReadonlyMap<ProofOfWork, ProofOfWorkMode | undefined> = new Map([
  [ProofOfWork.UNSPECIFIED, undefined],
  [ProofOfWork.OFF, "off"],
  [ProofOfWork.ON, "on"],
  [ProofOfWork.AUTO, "auto"],
]);

function fromModeMessage(mode: ProofOfWork): ProofOfWorkMode | undefined {
  if (!modeByMessage.has(mode)) throw new RefusedError("invalid");
  return modeByMessage.get(mode);
}

function toMessage(comment: StaffComment): MessageInitShape<typeof CommentSchema> {
  const { text, state, createdAtMs, decidedAtMs } = comment;
  return {
    actionId: encodeId("cact", comment.actionId),
    pageId: encodeId("cpag", comment.pageId),
    text,
    state: stateMessage[state],
    writtenOnMs: BigInt(dayOf(createdAtMs)),
    decidedAtMs: BigInt(decidedAtMs),
  };
}
