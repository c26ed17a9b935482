/** What an operation answers; an `undefined` value is an empty body. */
export type Answer = Success | Refusal;

export interface Success {
  readonly status: number;
  readonly value: unknown;
}

/** An answer that says no; its body is written when it is sent, as the switch `errorBody` wants it. */
export interface Refusal {
  readonly status: number;
  readonly refused: string | readonly string[];
}

export const refusal = (status: number, refused: string | readonly string[]): Refusal => ({ status, refused });

export const isRefusal = (answer: Answer): answer is Refusal => "refused" in answer;
