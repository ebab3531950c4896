/** The limits of this package. */
export const primitivesLimits: {
  readonly argon2idMemoryKiB: number;
  readonly argon2idPasses: number;
} = {
  /** 1 GiB: what a browser still allocates. Packages that take parameters from outside set narrower limits. */
  argon2idMemoryKiB: 1024 * 1024,
  argon2idPasses: 100,
};
