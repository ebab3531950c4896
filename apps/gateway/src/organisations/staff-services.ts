/** The services by which an organisation's staff looks after its gateway: audit log, notices, settings. */
import type { ConnectRouter } from "@connectrpc/connect";
import { type AuditServiceDeps, registerAuditService } from "../audit/audit-service.ts";
import { type NoticeServiceDeps, registerNoticeService } from "../notices/notice-service.ts";
import { registerSettingsService, type SettingsServiceDeps } from "./settings-service.ts";

/** Adds the three services. */
export function registerStaffServices(
  router: ConnectRouter,
  deps: AuditServiceDeps & NoticeServiceDeps & SettingsServiceDeps,
): void {
  registerAuditService(router, deps);
  registerNoticeService(router, deps);
  registerSettingsService(router, deps);
}
