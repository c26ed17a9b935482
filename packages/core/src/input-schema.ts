/**
 * A validator that follows the Standard Schema interface (standardschema.dev): zod, valibot, arktype and others. Only
 * the part that the broker calls.
 */
export interface InputSchema<TOutput> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => InputResult<TOutput> | Promise<InputResult<TOutput>>;
    readonly types?: { readonly input: unknown; readonly output: TOutput } | undefined;
  };
}

/** What a schema's `validate` gives. */
export type InputResult<TOutput> =
  | { readonly value: TOutput; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };
