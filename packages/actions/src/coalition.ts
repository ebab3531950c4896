/** Which organisations receive a signature (docs/protocol/actions.md §7). */

/** A person's answer to "may this organisation contact you?". */
export type OptIn = "yes" | "no" | "not-asked";

/** What the rule depends on. Organisations are any values that compare by identity, such as ids as text. */
export interface CoalitionCase<Organisation extends string> {
  /** Leads the campaign. */
  readonly campaignOrganisation: Organisation;
  /** Runs the page. */
  readonly pageOrganisation: Organisation;
  readonly pageDelivers: boolean;
  readonly campaignForcesDelivery: boolean;
  /** The person's answer about the page's organisation. */
  readonly optIn: OptIn;
  /** The person's answer about the lead, where it is another organisation. */
  readonly leadOptIn: OptIn;
}

/** The receiving organisations, the page's first: one or two, never none (docs/protocol/actions.md §7). */
export function decideReceivers<Organisation extends string>(
  rule: CoalitionCase<Organisation>,
): readonly Organisation[] {
  const split = rule.campaignOrganisation !== rule.pageOrganisation;
  const pageDelivers = !split || rule.pageDelivers;
  const leadDelivers = !pageDelivers || rule.campaignForcesDelivery;
  const receivers: Organisation[] = [];
  if (pageDelivers || rule.optIn === "yes") receivers.push(rule.pageOrganisation);
  if (split && (leadDelivers || rule.leadOptIn === "yes")) receivers.push(rule.campaignOrganisation);
  return receivers;
}
