import { errorsPage } from "./errors/errors-page.js";
import { openapiText } from "./openapi/openapi-text.js";

/** The docs that are made from the code: file → text. */
export function generatedDocs(): Readonly<Record<string, string>> {
  return { "docs/errors.md": errorsPage(), "docs/openapi.yaml": openapiText() };
}
