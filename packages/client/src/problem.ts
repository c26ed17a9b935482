import type { ProblemCode } from "./problem-code.js";

const brand = Symbol.for("equos-broker.problem");

/**
 * Why a call came to nothing; `message` is for the user and says what to do.
 *
 * @example
 * ```ts
 * try { await equos.start(); }
 * catch (error) { show(isProblem(error) ? error.message : "Something went wrong."); }
 * ```
 */
export class Problem extends Error {
  override readonly name = "Problem";
  declare readonly code: ProblemCode;
  /** HTTP status; 0 where there was no answer. */
  declare readonly status: number;
  /** When to try again, where that is known. */
  declare readonly retryAfterSeconds: number | undefined;

  constructor(code: ProblemCode, message: string, status = 0, retryAfterSeconds?: number, cause?: unknown) {
    super(message, { cause });
    this.code = code;
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
    // Not `instanceof`: a page may have bundled this package twice.
    Object.defineProperty(this, brand, { value: true });
  }
}

/** Whether an error is a {@link Problem}, of whichever copy of this package. */
export const isProblem = (error: unknown): error is Problem => brand in Object(error);

/**
 * There is nothing left to stop or to keep: the conversation is over, or is not this page's. By the broker's word, not by the
 * status: a proxy that finds no route says 404 as well, and the conversation bills on.
 */
export const isOver = (error: unknown): boolean =>
  isProblem(error) && (error.code === "not-found" || error.code === "conversation-ended");
