import {
  isReference,
  type OpenApiDocument,
  type Operation,
  readDocument,
  referenceName,
} from "../../scripts/document.js";
import { isRecord, type Schema } from "../../scripts/schemas.js";

export const document: OpenApiDocument = readDocument();

export interface DocumentedOperation {
  readonly name: string;
  readonly verb: string;
  readonly path: string;
  readonly body: Schema | undefined;
  readonly success: number;
  /** `undefined` where the document declares no answer. */
  readonly answer: Schema | undefined;
  readonly definition: Operation;
}

/** The 34 operations, straight from the document: nothing of what is generated from it is used. */
export const documentedOperations: readonly DocumentedOperation[] = Object.entries(document.paths).flatMap(
  ([path, item]) =>
    Object.entries(item).map(([verb, definition]) => {
      const [status, response] = Object.entries(definition.responses).find(([code]) => code.startsWith("2")) ?? [];
      return {
        name: definition.operationId,
        verb: verb.toUpperCase(),
        path,
        body: schemaIn(definition.requestBody),
        success: Number(status),
        answer: schemaIn(response),
        definition,
      };
    }),
);

function schemaIn(holder: { content?: Record<string, { schema: unknown }> } | undefined): Schema | undefined {
  const schema = holder?.content?.["application/json"]?.schema;
  return isRecord(schema) ? schema : undefined;
}

/** The schema itself, where only its name is given. */
export function resolved(schema: Schema): Schema {
  if (!isReference(schema)) return schema;
  const target = document.components.schemas[referenceName(schema)];
  if (!isRecord(target)) throw new Error(`the document has no ${referenceName(schema)}`);
  return target;
}
