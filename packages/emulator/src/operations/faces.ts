import type { CreateEquosFaceRequest } from "@equos-broker/api";
import { refusal } from "../answer/answer.js";
import { deleteBlock } from "./delete-block.js";
import { created, getOf, listOf, stamped } from "./resources.js";
import type { Carry, Setup } from "./setup.js";

export function faceOperations(setup: Setup) {
  const { faces } = setup.organization;

  const createFace: Carry = ({ body }) => {
    // Bodies are valid for their schema by now.
    const given = body as CreateEquosFaceRequest;
    if (faces.all().some(({ identity }) => identity === given.identity)) {
      return refusal(409, `The organization has a face "${given.identity}" already`);
    }
    const blank = { client: null, description: null, thumbnailUrl: null, referenceImgUrl: null };
    return created(faces.put({ ...stamped(setup, "fac"), ...blank, ...given }));
  };

  return {
    listFaces: listOf(setup, faces, "faces"),
    getFace: getOf(setup, faces, "Face"),
    createFace,
    deleteFace: deleteBlock(setup, faces, "faceId", "Face"),
  };
}
