import type { StoreFeature } from "../../src/index.js";

/** All features of the plain store, if it is shared. */
export const allFeatures: readonly StoreFeature[] = [
  "shared",
  "sequence",
  "other",
  "loseLatestWrites",
  "loseState",
  "replaceData",
  "full",
];
