const at = "2026-11-26T12:00:00.000Z";
const owned = { organizationId: "org_1", client: null, createdAt: at, updatedAt: at };

/** What a start answers, of the size that it has with a prompt of some pages. */
export const answer = {
  conversation: {
    id: "con_1",
    name: "talk",
    status: "running",
    charge: true,
    chargeBySecond: 0.01,
    maxSeconds: 600,
    room: "room_1",
    serverUrl: "wss://livekit.example",
    startedAt: at,
    characterId: "cha_1",
    ...owned,
    character: {
      id: "cha_1",
      name: "Guide",
      livekitIdentity: "guide",
      search: false,
      ...owned,
      brain: { id: "bra_1", instructions: "Be kind and brief. ".repeat(150), greetingMessage: "Hello", ...owned },
      face: { id: "fac_1", identity: "tommy", ...owned },
      voice: { id: "voi_1", identity: "Kore", ...owned },
      knowledgeBase: null,
    },
  },
  consumerAccessToken: "e".repeat(450),
};

/** What a start sends. */
export const request = {
  name: "talk",
  characterId: "cha_1",
  consumer: { identity: "ada", name: "Ada" },
  maxSeconds: 600,
};
