export * from "@equos-broker/core";
export { type ExpressContext, type ExpressRequest, toExpress } from "./to-express.js";
