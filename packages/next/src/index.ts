export * from "@equos-broker/core";
export type { ActionFailure, ActionOptions } from "./call-action.js";
export type { NextContext, NextNative } from "./context.js";
export {
  type StartActionResult,
  type StopActionBody,
  type StopActionResult,
  startAction,
  stopAction,
} from "./server-actions.js";
export { type NextHandlers, type NextHandlersOptions, toNextHandlers } from "./to-next-handlers.js";
