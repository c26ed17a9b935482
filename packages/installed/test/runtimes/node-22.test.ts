import { onRuntime } from "./on-runtime.js";

onRuntime("Node 22");
