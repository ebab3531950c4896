/** What pages ask of whoever signs, and decisions about comments (docs/protocol/abuse.md). */
import { type Kysely, sql } from "kysely";
import type { Migration } from "kysely/migration";

/** Creates the tables. */
export const abuse: Migration = { up };

async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    CREATE TABLE page_protections (
      page_id bytea PRIMARY KEY REFERENCES action_pages (id),
      proof_of_work text NOT NULL CHECK (proof_of_work IN ('off', 'on', 'auto'))
    )`.execute(db);
  // The text stays with its action, in one place: whatever erases the action erases the comment.
  await sql`
    CREATE TABLE comment_decisions (
      action_id bytea PRIMARY KEY REFERENCES actions (id) ON DELETE CASCADE,
      campaign_id bytea NOT NULL REFERENCES campaigns (id),
      number integer GENERATED ALWAYS AS IDENTITY UNIQUE,
      state text NOT NULL CHECK (state IN ('approved', 'rejected')),
      organisation_id bytea NOT NULL REFERENCES organisations (id),
      decided_at_ms bigint NOT NULL
    )`.execute(db);
  await sql`
    CREATE INDEX comment_decisions_public ON comment_decisions (campaign_id, number) WHERE state = 'approved'`.execute(
    db,
  );
  await sql`
    CREATE INDEX actions_with_comment ON actions (campaign_id, created_at_ms, id)
    WHERE state = 'accepted' AND custom_fields ->> 'comment' <> ''`.execute(db);
}
