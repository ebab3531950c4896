/** All commands, in the order of the help text. */
import { recountCommand, statisticsCommand } from "./campaigns/statistics-commands.ts";
import { showAuditCommand } from "./audit/show-audit.ts";
import { verifyAuditCommand } from "./audit/verify-audit.ts";
import {
  allowPartnerCommand,
  campaignMailsCommand,
  closeCampaignCommand,
  createCampaignCommand,
  listCampaignsCommand,
  updateCampaignCommand,
} from "./campaigns/campaign-commands.ts";
import {
  createPageCommand,
  listPagesCommand,
  pageSnippetCommand,
  updatePageCommand,
} from "./campaigns/page-commands.ts";
import { pageMailsCommand } from "./campaigns/page-mails-command.ts";
import { exportCommand, openCommand, pullCommand } from "./contacts/contact-commands.ts";
import { exportConsentsCommand, verifyConsentsCommand } from "./consents/consent-commands.ts";
import { handOverCommand } from "./key-log/hand-over.ts";
import { makeAuthorityCommand } from "./key-log/make-authority.ts";
import { retireKeyCommand, revokeKeyCommand } from "./key-log/retire-key.ts";
import { rotateKeyCommand } from "./key-log/rotate-key.ts";
import { showLogCommand } from "./key-log/show-log.ts";
import { activateKeyCommand } from "./keys/activate-key.ts";
import { newKeyCommand } from "./keys/new-key.ts";
import { printKeyCommand } from "./keys/print-key.ts";
import { restoreKeyCommand } from "./keys/restore-key.ts";
import { listKeysCommand, showKeyCommand } from "./keys/show-keys.ts";
import { decideCommentsCommand, listCommentsCommand } from "./moderation/comment-commands.ts";
import { protectPageCommand } from "./moderation/protect-page.ts";
import {
  addNoticeAddressCommand,
  listNoticeAddressesCommand,
  listNoticesCommand,
  removeNoticeAddressCommand,
} from "./notices/notice-commands.ts";
import { connectOrganisationCommand } from "./organisations/connect-organisation.ts";
import { listOrganisationsCommand } from "./organisations/list-organisations.ts";
import { organisationSettingsCommand } from "./organisations/organisation-settings.ts";
import { listTokensCommand, makeTokenCommand, revokeTokenCommand } from "./organisations/token-commands.ts";
import { coverageCommand, rewrapCommand } from "./rewrap/rewrap-commands.ts";
import { eraseCommand } from "./rights/erase-command.ts";
import { dropContactsCommand, findContactsCommand } from "./rights/find-commands.ts";
import { findPersonCommand, retentionCommand } from "./rights/rights-commands.ts";
import { sampleCommand } from "./sample/sample-command.ts";
import { syncCommand } from "./sync/sync-command.ts";
import type { Command } from "./terminal/command.ts";
import { deadLettersCommand, redriveCommand } from "./webhooks/dead-letter-commands.ts";
import {
  addWebhookCommand,
  listWebhooksCommand,
  pauseWebhookCommand,
  removeWebhookCommand,
  resumeWebhookCommand,
  setWebhookCommand,
  testWebhookCommand,
} from "./webhooks/webhook-commands.ts";
import { webhookKeysCommand } from "./webhooks/webhook-keys-command.ts";

/** Every command of `coterie`. */
export const commands: readonly Command[] = [
  connectOrganisationCommand,
  listOrganisationsCommand,
  organisationSettingsCommand,
  listTokensCommand,
  makeTokenCommand,
  revokeTokenCommand,
  listNoticesCommand,
  listNoticeAddressesCommand,
  addNoticeAddressCommand,
  removeNoticeAddressCommand,
  showAuditCommand,
  verifyAuditCommand,
  listCampaignsCommand,
  createCampaignCommand,
  updateCampaignCommand,
  closeCampaignCommand,
  allowPartnerCommand,
  campaignMailsCommand,
  listPagesCommand,
  createPageCommand,
  updatePageCommand,
  pageMailsCommand,
  pageSnippetCommand,
  newKeyCommand,
  listKeysCommand,
  showKeyCommand,
  printKeyCommand,
  restoreKeyCommand,
  activateKeyCommand,
  makeAuthorityCommand,
  rotateKeyCommand,
  retireKeyCommand,
  revokeKeyCommand,
  handOverCommand,
  showLogCommand,
  pullCommand,
  openCommand,
  exportCommand,
  syncCommand,
  findContactsCommand,
  dropContactsCommand,
  rewrapCommand,
  coverageCommand,
  findPersonCommand,
  eraseCommand,
  retentionCommand,
  exportConsentsCommand,
  verifyConsentsCommand,
  listCommentsCommand,
  decideCommentsCommand,
  protectPageCommand,
  listWebhooksCommand,
  addWebhookCommand,
  setWebhookCommand,
  pauseWebhookCommand,
  resumeWebhookCommand,
  removeWebhookCommand,
  testWebhookCommand,
  deadLettersCommand,
  redriveCommand,
  webhookKeysCommand,
  statisticsCommand,
  recountCommand,
  sampleCommand,
];
