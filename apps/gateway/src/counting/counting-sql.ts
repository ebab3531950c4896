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
  growPageCounts: statement(
    "grow-page-counts",
    `UPDATE page_counts c SET counted = c.counted + n.counted, duplicates = c.duplicates + n.duplicates
     FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bigint[], $5::bigint[]) WITH ORDINALITY
       AS n (page_id, dimension, value, counted, duplicates, place)
     WHERE c.page_id = n.page_id AND c.dimension = n.dimension AND c.value = n.value RETURNING n.place`,
  ),
  // Values beyond the most that are kept are counted together, under "*": whoever writes links cannot fill the table.
  beginPageCounts: statement(
    "begin-page-counts",
    `INSERT INTO page_counts (page_id, dimension, value, counted, duplicates)
     SELECT page_id, dimension, value, sum(counted), sum(duplicates) FROM (
       SELECT n.page_id, n.dimension, n.counted, n.duplicates,
         CASE WHEN n.dimension = 'day' OR n.value = ''
           OR $6::integer > (SELECT count(*) FROM page_counts c
             WHERE c.page_id = n.page_id AND c.dimension = n.dimension AND c.value NOT IN ('', '*'))
         THEN n.value ELSE '*' END AS value
       FROM unnest($1::bytea[], $2::text[], $3::text[], $4::bigint[], $5::bigint[])
         AS n (page_id, dimension, value, counted, duplicates)) AS kept
     GROUP BY page_id, dimension, value
     ON CONFLICT (page_id, dimension, value) DO UPDATE
     SET counted = page_counts.counted + excluded.counted, duplicates = page_counts.duplicates + excluded.duplicates`,
  ),
};

type StatementName =
  | "insertFingerprints"
  | "rankFingerprints"
  | "markDuplicates"
  | "growPageCounts"
  | "beginPageCounts";

function statement(name: string, text: string): Statement {
  return (values) => ({ name: `coterie-${name}`, text, values: [...values] });
}
