import { refusal } from "../answer/answer.js";
import type { Character } from "../state/organization.js";
import type { Row, Table } from "../state/table.js";
import { missing, ok } from "./resources.js";
import type { Carry, Setup } from "./setup.js";

/** The fields by which a character refers to its blocks. */
export type Reference = "brainId" | "faceId" | "voiceId" | "knowledgeBaseId";

/** Deletes a block that characters are made of, as the switch `deleteInUse` says. */
export function deleteBlock<TRow extends Row>(
  setup: Setup,
  table: Table<TRow>,
  reference: Reference,
  what: string,
  answerOf: (row: TRow) => unknown = (row) => row,
): Carry {
  const { characters } = setup.organization;
  return ({ path }) => {
    const row = table.get(path.id ?? "");
    if (row === undefined) return missing(setup, what);
    const users = characters.all().filter((character) => character[reference] === row.id);
    if (users.length > 0 && setup.switches.deleteInUse === "refuse") {
      return refusal(409, `${what} is used by ${users.length} character(s), ${users[0]?.id} among them`);
    }
    for (const user of users) characters.put(detached(user, reference));
    table.delete(row.id);
    return ok(answerOf(row));
  };
}

const detached = (character: Character, reference: Reference): Character => ({ ...character, [reference]: null });
