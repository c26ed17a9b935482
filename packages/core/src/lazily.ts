/** Made at first use: what zod checks with takes longer to build than all the rest of an import. */
export function lazily<T extends object>(make: () => T): () => T {
  let made: T | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
