/** What is measured of ours, by name: each part in a process of its own. */

/** Figures of one run, by name. */
export type Figures = Readonly<Record<string, number | string | null>>;
