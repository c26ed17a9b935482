/** A schema as `ajv` takes it. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What the OpenAPI document says of one operation. */
export interface DocumentedOperation {
  readonly verb: string;
  /** Path with `{name}` placeholders. */
  readonly path: string;
  /** The one status of success; generated clients of Equos know no other. */
  readonly success: number;
  /** Whether it takes no API key. */
  readonly open: boolean;
  readonly body: JsonSchema | null;
  /** `null` where no answer is declared. */
  readonly answer: JsonSchema | null;
}
