/** The statements of counting (docs/protocol/counting.md §2 to §4). Named, so that each connection plans them once. */
import type { QueryConfig } from "pg";

type Statement = (values: readonly unknown[]) => QueryConfig;

/** Parameters are columns as arrays, in the order of the `unnest`. */
export const countingSql: { readonly [Name in StatementName]: Statement } = {
  // A rank follows the highest that its fingerprint has. Nobody else draws one meanwhile: the delivery lock is held.
  insertFingerprints: statement(
    "insert-fingerprints",
    `INSERT INTO fingerprints (action_id, scope_kind, scope_id, kind, fingerprint, rank)
     SELECT n.action_id, n.scope_kind, n.scope_id, n.kind, n.fingerprint,
       CASE WHEN n.is_ranked THEN coalesce(last.rank + 1, 0) - 1
         + row_number() OVER (PARTITION BY n.fingerprint, n.is_ranked ORDER BY n.place) END
     FROM unnest($1::bytea[], $2::text[], $3::bytea[], $4::text[], $5::bytea[], $6::boolean[]) WITH ORDINALITY
       AS n (action_id, scope_kind, scope_id, kind, fingerprint, is_ranked, place)
     LEFT JOIN LATERAL (
       SELECT max(f.rank) AS rank FROM fingerprints f WHERE n.is_ranked AND f.fingerprint = n.fingerprint) last ON true
     RETURNING action_id, rank`,
  ),
  // The same for actions whose fingerprints have waited for a confirmation.
  rankFingerprints: statement(
    "rank-fingerprints",
    `UPDATE fingerprints f SET rank = ranked.rank
     FROM (
       SELECT n.action_id, n.kind, coalesce(last.rank + 1, 0) - 1
         + row_number() OVER (PARTITION BY n.fingerprint ORDER BY array_position($1::bytea[], n.action_id)) AS rank
       FROM fingerprints n
       LEFT JOIN LATERAL (SELECT max(f.rank) AS rank FROM fingerprints f WHERE f.fingerprint = n.fingerprint) last ON true
       WHERE n.action_id = ANY($1::bytea[]) AND n.scope_kind = 'campaign' AND n.rank IS NULL) ranked
     WHERE f.action_id = ranked.action_id AND f.kind = ranked.kind AND f.scope_kind = 'campaign'
     RETURNING f.action_id, f.rank`,
  ),
  markDuplicates: statement(
    "mark-duplicates",
    `UPDATE actions SET duplicate_rank = ($2::integer[])[array_position($1::bytea[], id)] WHERE id = ANY($1::bytea[])`,
  ),
  // Values beyond the most that are kept are counted together, under "*": whoever writes links cannot fill the table.
  growPageCounts: statement(
    "grow-page-counts",
    `INSERT INTO page_counts (page_id, dimension, value, counted, duplicates)
     SELECT page_id, dimension, value, sum(counted), sum(duplicates) FROM (
       SELECT n.page_id, n.dimension, n.counted, n.duplicates,
         CASE WHEN n.dimension = 'day' OR n.value = ''
           OR EXISTS (SELECT 1 FROM page_counts c
             WHERE c.page_id = n.page_id AND c.dimension = n.dimension AND c.value = n.value)
           OR $6::integer > (SELECT count(*) FROM page_counts c
             WHERE c.page_id = n.page_id AND c.dimension = n.dimension AND c.value NOT IN ('', '*'))
         THEN n.value ELSE '*' END AS value
       FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
         AS n (page_id, dimension, value, counted, duplicates)) AS kept
     GROUP BY page_id, dimension, value
     ON CONFLICT (page_id, dimension, value) DO UPDATE
     SET counted = page_counts.counted + excluded.counted, duplicates = page_counts.duplicates + excluded.duplicates`,
  ),
  shrinkPageCounts: statement(
    "shrink-page-counts",
    `UPDATE page_counts c
     SET counted = greatest(c.counted - n.counted, 0), duplicates = greatest(c.duplicates - n.duplicates, 0)
     FROM (
       SELECT page_id, dimension, value, sum(counted)::bigint AS counted, sum(duplicates)::bigint AS duplicates FROM (
         SELECT m.page_id, m.dimension, m.counted, m.duplicates,
           CASE WHEN EXISTS (SELECT 1 FROM page_counts k
             WHERE k.page_id = m.page_id AND k.dimension = m.dimension AND k.value = m.value) THEN m.value ELSE '*' END AS value
         FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
           AS m (page_id, dimension, value, counted, duplicates)) AS kept
       GROUP BY page_id, dimension, value) AS n
     WHERE c.page_id = n.page_id AND c.dimension = n.dimension AND c.value = n.value`,
  ),
  // The next in line of each counted action that goes: the lowest rank of its person that stays.
  findHeirs: statement(
    "find-heirs",
    `SELECT f.action_id, heir.action_id AS heir_id, heir.rank
     FROM fingerprints f
     JOIN LATERAL (
       SELECT g.action_id, g.rank FROM fingerprints g
       WHERE g.fingerprint = f.fingerprint AND g.rank > 0 AND g.action_id <> ALL($1::bytea[])
       ORDER BY g.rank LIMIT 1) heir ON true
     WHERE f.action_id = ANY($1::bytea[]) AND f.rank = 0`,
  ),
  deleteFingerprints: statement("delete-fingerprints", "DELETE FROM fingerprints WHERE action_id = ANY($1::bytea[])"),
  rankHeirs: statement(
    "rank-heirs",
    "UPDATE fingerprints SET rank = 0 WHERE action_id = ANY($1::bytea[]) AND scope_kind = 'campaign'",
  ),
  whenAccepted: statement(
    "when-accepted",
    `SELECT id, page_id, coalesce(tracking ->> 'source', '') AS source, coalesce(confirmed_at_ms, created_at_ms) AS at_ms
     FROM actions WHERE id = ANY($1::bytea[])`,
  ),
};

type StatementName =
  | "insertFingerprints"
  | "rankFingerprints"
  | "markDuplicates"
  | "growPageCounts"
  | "shrinkPageCounts"
  | "findHeirs"
  | "deleteFingerprints"
  | "rankHeirs"
  | "whenAccepted";

function statement(name: string, text: string): Statement {
  return (values) => ({ name: `coterie-${name}`, text, values: [...values] });
}
