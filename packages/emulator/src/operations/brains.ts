import type { CreateEquosBrainRequest } from "@equos-broker/api";
import { deleteBlock } from "./delete-block.js";
import { created, getOf, listOf, missing, ok, stamped, updatedNow } from "./resources.js";
import type { Call, Carry, Setup } from "./setup.js";

export function brainOperations(setup: Setup) {
  const { brains } = setup.organization;
  // Bodies are valid for their schema by now.
  const given = ({ body }: Call) => body as CreateEquosBrainRequest;

  const createBrain: Carry = (call) => created(brains.put({ ...stamped(setup, "bra"), client: null, ...given(call) }));

  const updateBrain: Carry = (call) => {
    const brain = brains.get(call.path.id ?? "");
    if (brain === undefined) return missing(setup, "Brain");
    return ok(brains.put({ ...brain, ...given(call), ...updatedNow(setup) }));
  };

  return {
    listBrains: listOf(setup, brains, "brains"),
    getBrain: getOf(setup, brains, "Brain"),
    createBrain,
    updateBrain,
    deleteBrain: deleteBlock(setup, brains, "brainId", "Brain"),
  };
}
