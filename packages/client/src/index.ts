export { createEquos, type End, type Equos, type EquosOptions } from "./create-equos.js";
export type { Grant, Started, StartRequest, StopStatus } from "./grant.js";
export { isProblem, Problem } from "./problem.js";
export type { ProblemCode } from "./problem-code.js";
