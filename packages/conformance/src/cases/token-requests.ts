/** One body of a token request, and what becomes of it. */
export interface TokenCase {
  readonly name: string;
  /** A string is sent as it is. */
  readonly body: unknown;
  readonly expect: {
    readonly status: number;
    readonly code?: string;
    /** Must stand in the problem's `detail`. */
    readonly names?: string;
  };
}

/** As text: to write it is as deep a recursion as to read it. */
const nested = `{"room_config":{"egress":${"[".repeat(5000)}${"]".repeat(5000)}}}`;
const agent = (fields: object) => ({ room_config: { agents: [fields] } });
const created = { status: 201 };
const invalid = (names?: string) => ({ status: 400, code: "invalid-body", ...(names === undefined ? {} : { names }) });

const unset: readonly (readonly [string, unknown])[] = [
  ["nothing", {}],
  ["an empty room_config", { room_config: {} }],
  ["empty texts", { room_name: "", participant_name: "", participant_identity: "", participant_metadata: "" }],
  ["empty attributes", { participant_attributes: {} }],
  ["nulls", { room_name: null, participant_identity: null, participant_attributes: null, room_config: null }],
  ["no agents", { room_config: { agents: [], name: "", empty_timeout: 0, sync_streams: false, egress: null } }],
  ["an agent without a name", agent({ agent_name: "", metadata: "" })],
  ["an agent with nothing", agent({})],
  ["a name to be called by", { participant_name: "Somebody else" }],
  ["a field of tomorrow that is empty", { room_color: "", room_config: { theme: {} } }],
];

const chosen: readonly (readonly [string, unknown])[] = [
  ["an agent's name", agent({ agent_name: "coach" })],
  ["an agent's name in camel case", { roomConfig: { agents: [{ agentName: "coach" }] } }],
  ["an agent's metadata", agent({ agent_name: "guide", metadata: '{"topic":"roses"}' })],
];

const refused: readonly (readonly [string, unknown, string?])[] = [
  ["a room", { room_name: "mine" }, "room_name"],
  ["a room in camel case", { roomName: "mine" }, "room_name"],
  ["metadata of a participant", { participant_metadata: "admin" }, "participant_metadata"],
  ["attributes of a participant", { participant_attributes: { role: "admin" } }, "participant_attributes"],
  ["a room's time limit", { room_config: { empty_timeout: 3600 } }, "room_config.empty_timeout"],
  ["a recording", { room_config: { egress: { room: { file: "s3://…" } } } }, "room_config.egress"],
  ["two agents", { room_config: { agents: [{ agent_name: "guide" }, {}] } }, "room_config.agents[1]"],
  ["an agent's deployment", agent({ agent_name: "guide", deployment: "staging" }), "room_config.agents[0].deployment"],
  ["agents that are no list", { room_config: { agents: { agent_name: "guide" } } }, "room_config.agents"],
  ["an agent that is a text", { room_config: { agents: ["guide"] } }, "room_config.agents[0]"],
  ["an agent's name that is a number", agent({ agent_name: 7 }), "room_config.agents[0].agent_name"],
  ["a room_config that is a text", { room_config: "guide" }, "room_config"],
  ["a name that is a list", { participant_name: ["Ada"] }, "participant_name"],
  ["a field that nobody knows", { server_url: "wss://evil.example" }],
  ["what start takes", { character: "guide" }],
  ["a __proto__ key", JSON.parse('{"__proto__":{"room_name":"mine"}}')],
  ["a deep nest", nested],
];

export const tokenCases: readonly TokenCase[] = [
  ...[...unset, ...chosen].map(([name, body]) => ({ name, body, expect: created })),
  ...refused.map(([name, body, names]) => ({ name, body, expect: invalid(names) })),
  {
    name: "an agent that is not offered",
    body: agent({ agent_name: "stranger" }),
    expect: { status: 403, code: "unknown-agent" },
  },
  {
    name: "an Equos id",
    body: agent({ agent_name: "cha_emulator_guide" }),
    expect: { status: 403, code: "unknown-agent" },
  },
  {
    name: "metadata that is no JSON",
    body: agent({ metadata: "roses" }),
    expect: { status: 400, code: "invalid-input", names: "room_config.agents[0].metadata" },
  },
  {
    name: "metadata that the input schema refuses",
    body: agent({ metadata: '{"topic":7}' }),
    expect: { status: 400, code: "invalid-input", names: "room_config.agents[0].metadata" },
  },
  {
    name: "somebody else's identity",
    body: { participant_identity: "somebody-else" },
    expect: { status: 403, code: "forbidden", names: "participant_identity" },
  },
];
