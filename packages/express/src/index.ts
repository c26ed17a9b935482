export * from "@equos-broker/core";
export { type ExpressContext, type ExpressNative, type ExpressRequest, toExpress } from "./to-express.js";
