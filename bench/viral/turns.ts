// At most so many at once; the others wait for their turn, first come, first served.

export interface Turns {
  readonly take: <Value>(act: () => Promise<Value>) => Promise<Value>;
}

export function createTurns(most: number): Turns {
  let running = 0;
  const waiting: (() => void)[] = [];
  return {
    take: async (act) => {
      if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
      running++;
      try {
        return await act();
      } finally {
        running--;
        waiting.shift()?.();
      }
    },
  };
}
