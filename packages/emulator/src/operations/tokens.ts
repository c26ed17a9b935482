import { randomBytes } from "node:crypto";
import type { CreateEquosTokenRequest } from "@equos-broker/api";
import { created, unknownReference } from "./resources.js";
import type { Carry, Setup } from "./setup.js";

export function tokenOperations(setup: Setup) {
  const createToken: Carry = ({ body }) => {
    // Bodies are valid for their schema by now.
    const { character } = body as CreateEquosTokenRequest;
    if (character && !setup.organization.characters.get(character)) return unknownReference(setup, "Character");
    // It opens another Equos product, whose endpoints are not part of this API: nothing here accepts it.
    return created({ token: `tok_${randomBytes(24).toString("base64url")}` });
  };

  return { createToken };
}
