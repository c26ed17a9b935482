import { Document, isScalar, visit } from "yaml";
import { openapiDocument } from "./document.js";

const heading =
  " Made by `npx -y pnpm@12 docs:generate` from the code that it describes; scripts/openapi has the rest.";

/** `docs/openapi.yaml`. */
export function openapiText(): string {
  const document = new Document(openapiDocument, { aliasDuplicateObjects: false });
  document.commentBefore = heading;
  visit(document, {
    // A reference takes one line.
    Map: (_, node) => {
      const [only, another] = node.items;
      if (another === undefined && isScalar(only?.key) && only.key.value === "$ref") node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0 });
}
