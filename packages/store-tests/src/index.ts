export { storeCases, testStore } from "./suite.js";
export type { StoreCase, StoreFeature, StoreSetup, TestFunction, TestRunner } from "./types.js";
