import type { CreateEquosVoiceRequest } from "@equos-broker/api";
import { type Answer, refusal } from "../answer/answer.js";
import { deleteBlock } from "./delete-block.js";
import { created, getOf, listOf, missing, ok, stamped, updatedNow } from "./resources.js";
import type { Call, Carry, Setup } from "./setup.js";

export function voiceOperations(setup: Setup) {
  const { voices } = setup.organization;
  // Bodies are valid for their schema by now.
  const given = ({ body }: Call) => body as CreateEquosVoiceRequest;

  const conflict = ({ identity }: CreateEquosVoiceRequest, own?: string): Answer | undefined =>
    voices.all().some((voice) => voice.identity === identity && voice.id !== own)
      ? refusal(409, `The organization has a voice "${identity}" already`)
      : undefined;

  const createVoice: Carry = (call) =>
    conflict(given(call)) ??
    created(voices.put({ ...stamped(setup, "voi"), client: null, instructions: null, ...given(call) }));

  const updateVoice: Carry = (call) => {
    const voice = voices.get(call.path.id ?? "");
    if (voice === undefined) return missing(setup, "Voice");
    return conflict(given(call), voice.id) ?? ok(voices.put({ ...voice, ...given(call), ...updatedNow(setup) }));
  };

  return {
    listVoices: listOf(setup, voices, "voices"),
    getVoice: getOf(setup, voices, "Voice"),
    createVoice,
    updateVoice,
    deleteVoice: deleteBlock(setup, voices, "voiceId", "Voice"),
  };
}
