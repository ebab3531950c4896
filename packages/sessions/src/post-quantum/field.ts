/**
 * The field of 65,536 elements with the polynomial x^16 + x^12 + x^3 + x + 1, over which chunks are computed
 * (docs/protocol/sessions.md §7.2). By tables: everything that passes here is public.
 */
const size = 0x10000;
const order = size - 1;
const polynomial = 0x1100b;

const { powers, logarithms } = createTables();

/** a * b. */
export function multiply(a: number, b: number): number {
  if (a === 0 || b === 0) return 0;
  return powers[((logarithms[a] ?? 0) + (logarithms[b] ?? 0)) % order] ?? 0;
}

/** a / b; `b` is not zero. */
export function divide(a: number, b: number): number {
  if (a === 0) return 0;
  return powers[((logarithms[a] ?? 0) - (logarithms[b] ?? 0) + order) % order] ?? 0;
}

/** Powers of x, which generates all elements but zero, and their logarithms. */
function createTables(): { readonly powers: Uint16Array; readonly logarithms: Uint16Array } {
  const [powersOfX, logarithmsOfX] = [new Uint16Array(order), new Uint16Array(size)];
  let element = 1;
  for (let exponent = 0; exponent < order; exponent++) {
    powersOfX[exponent] = element;
    logarithmsOfX[element] = exponent;
    element <<= 1;
    if (element >= size) element ^= polynomial;
  }
  return { powers: powersOfX, logarithms: logarithmsOfX };
}
