import { type AuthorizeContext, ConversationBroker, type Exchange, toFetchHandler } from "@equos-broker/core";
import { fault } from "@equos-broker/emulator";
import fc from "fast-check";
import { expect, it } from "vitest";
import { ada, eventually, openSetting, outcome, type Setting } from "./setting.js";

const characters = { default: "cha_emulator_guide", guide: "cha_emulator_guide", coach: "cha_emulator_coach" };
const open = (options: Parameters<typeof openSetting>[0] = {}, emulation: Parameters<typeof openSetting>[1] = {}) =>
  openSetting({ characters, ...options }, emulation);

const fetchToken = async ({ broker, clock }: Pick<Setting, "broker" | "clock">, body: unknown = {}) => {
  const handler = toFetchHandler(broker as unknown as ConversationBroker);
  const init = {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", "x-user": "ada" },
  };
  // The fetch of a test has the outcome of a Response.
  const answer = (await outcome(clock, handler(new Request("http://shop.example/api/equos/token", init)))) as Response;
  return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Record<string, unknown> };
};

it("answers 201, or 200 where the option says so, also for a conversation that runs", async () => {
  for (const [tokenStatus, status] of [
    [undefined, 201],
    [201, 201],
    [200, 200],
  ] as const) {
    const setting = await open(tokenStatus === undefined ? {} : { tokenStatus });
    for (let fetches = 0; fetches < 2; fetches += 1) expect((await fetchToken(setting)).status).toBe(status);
    expect(setting.running()).toHaveLength(1);
  }
  // The type refuses it as well.
  expect(() => new ConversationBroker({ tokenStatus: 204 as 200 })).toThrow('option "tokenStatus" must be 200 or 201');
});

it("is sticky whatever whenActive says", async () => {
  const setting = await open({ whenActive: { same: "reject", other: "reject" } });
  const first = await fetchToken(setting);
  expect((await fetchToken(setting)).body).toEqual(first.body);
  expect(setting.emulator.conversations()).toHaveLength(1);
  const other = await fetchToken(setting, { room_config: { agents: [{ agent_name: "coach" }] } });
  expect([other.status, other.body.code]).toEqual([409, "already-active"]);
});

it("writes ids into headers percent-encoded, and leaves out what is too long", async () => {
  const strange = "Ävatar 7%\r\nx-stolen: 1";
  const setting = await open({}, { characters: { cha_emulator_guide: { livekitIdentity: strange } } });
  const answer = await fetchToken(setting, { room_config: { agents: [{ agent_name: "guide" }] } });
  const header = answer.headers.get("equos-livekit-identity") ?? "";
  expect(header).toMatch(/^[\x21-\x7e]+$/);
  expect(decodeURIComponent(header)).toBe(strange);
  expect(answer.headers.get("x-stolen")).toBeNull();

  const long = await open({}, { characters: { cha_emulator_guide: { livekitIdentity: "x".repeat(2000) } } });
  const quiet = await fetchToken(long, { room_config: { agents: [{ agent_name: "guide" }] } });
  expect([quiet.status, quiet.headers.get("equos-livekit-identity")]).toEqual([201, null]);
});

it("refuses the fetch of a client whose room Equos has just closed, and starts for one who comes back later", async () => {
  const setting = await open();
  await fetchToken(setting);
  const [id = ""] = setting.running();
  const over = (agoMs: number) =>
    fault.answer((answer) => ({
      ...(answer as object),
      status: "ended",
      endedAt: new Date(setting.clock.now() - agoMs).toISOString(),
    }));
  await setting.pass(6);
  setting.emulator.faults.queue("getConversationById", over(500));
  // As often as it asks.
  for (let fetches = 0; fetches < 2; fetches += 1) {
    const { status, body, headers } = await fetchToken(setting);
    expect([status, body.code]).toEqual([409, "just-stopped"]);
    // The clock moves on until there is an answer.
    expect(headers.get("retry-after")).toMatch(/^([789]|10)$/);
  }
  expect(setting.emulator.conversations().map((each) => each.id)).toEqual([id]);

  await setting.pass(10);
  await fetchToken(setting);
  await setting.pass(6);
  setting.emulator.faults.queue("getConversationById", over(60_000));
  expect((await fetchToken(setting)).status).toBe(201);
  expect(setting.emulator.conversations()).toHaveLength(3);
});

it.each(["server", "replaced"])(
  "refuses the fetch of a client whose conversation was ended otherwise: %s",
  async (how) => {
    const setting = await open();
    await fetchToken(setting, { room_config: { agents: [{ agent_name: "guide" }] } });
    const [id = ""] = setting.running();
    if (how === "server") await setting.broker.forceStop(id);
    else await setting.broker.start({ consumer: ada, character: "coach" });
    const before = setting.running();
    // Another tab's client, whose room was closed, fetches by itself: it must not end what runs now.
    const refused = await fetchToken(setting, { room_config: { agents: [{ agent_name: "guide" }] } });
    expect([refused.status, refused.body.code]).toEqual([409, "just-stopped"]);
    expect(setting.running()).toEqual(before);
  },
);

it.each([
  ["as soon as its room is closed", 600],
  ["once the sweep has seen to it", 604],
])("refuses a fetch after the time is over, %s, and starts a while later", async (_, seconds) => {
  const setting = await open({ limits: { maxSeconds: 600 } });
  await fetchToken(setting);
  await setting.pass(seconds);
  const refused = await fetchToken(setting);
  expect([refused.status, refused.body.code]).toEqual([409, "just-stopped"]);
  await setting.pass(5);
  expect([setting.emulator.conversations().length, setting.running().length]).toEqual([1, 0]);
  await setting.pass(610 - seconds);
  expect((await fetchToken(setting)).status).toBe(201);
});

it("counts its fetches apart from starts, and refuses a loop before the store", async () => {
  const setting = await open();
  const statuses = new Set<number>();
  for (let fetches = 0; fetches < 61; fetches += 1) statuses.add((await fetchToken(setting)).status);
  expect([...statuses]).toEqual([201, 429]);
  expect((await outcome(setting.clock, setting.broker.start({ consumer: ada }))) as object).toMatchObject({
    resumed: true,
  });
});

it("stops what was started for a client that left meanwhile", async () => {
  const setting = await open();
  const gone = new AbortController();
  const until = new Promise<void>((resolve) => {
    setting.clock.setTimeout(resolve, 1000);
  });
  setting.emulator.faults.queue("startConversation", { until });
  const headers: Record<string, string> = { "content-type": "application/json", "x-user": "ada" };
  const exchange: Exchange = {
    method: "POST",
    action: "token",
    header: (name) => headers[name],
    readBody: async () => ({}),
    clientIp: undefined,
    signal: gone.signal,
    native: undefined,
    waitUntil: () => undefined,
  };
  const answering = setting.broker.handle(exchange);
  await eventually(() => setting.emulator.requests().length === 1);
  gone.abort();
  await outcome(setting.clock, answering);
  await setting.pass(5);
  expect([setting.emulator.conversations().length, setting.running().length]).toEqual([1, 0]);
});

// All enums in the messages of @livekit/protocol 1.52 that a token request can contain.
const zeroNames = {
  agents: [{ agent_name: "guide", restart_policy: "JRP_ON_FAILURE", attributes: {} }],
  egress: {
    room: {
      audio_mixing: "DEFAULT_MIXING",
      preset: "H264_720P_30",
      advanced: { audio_codec: "DEFAULT_AC", video_codec: "DEFAULT_VC", width: 0 },
      file: { file_type: "DEFAULT_FILETYPE" },
      stream_outputs: [{ protocol: "DEFAULT_PROTOCOL", urls: null }],
      segmentOutputs: [{ protocol: "DEFAULT_SEGMENTED_FILE_PROTOCOL", filenameSuffix: "INDEX" }],
      image_outputs: [{ filename_suffix: "IMAGE_SUFFIX_INDEX", imageCodec: "IC_DEFAULT" }],
    },
    participant: { preset: "H264_720P_30" },
  },
};

it("counts the name of an enum's zero value as not set", async () => {
  const setting = await open();
  expect((await fetchToken(setting, { room_config: zeroNames })).status).toBe(201);
  expect((await fetchToken(setting, { roomConfig: { agents: [{ restartPolicy: "JRP_ON_FAILURE" }] } })).status).toBe(
    201,
  );
});

it("counts zero values deep in an egress as not set", async () => {
  const outputs = {
    stream_outputs: [{ protocol: "DEFAULT_PROTOCOL", urls: [] }],
    file_outputs: [{ s3: { access_key: "" } }],
  };
  expect((await fetchToken(await open(), { room_config: { egress: { room: outputs } } })).status).toBe(201);
});

it.each([
  ["another value", { room_config: { agents: [{ restart_policy: "JRP_NEVER" }] } }],
  ["another field's zero value", { room_config: { agents: [{ restart_policy: "INDEX" }] } }],
  ["a text", { room_name: "JRP_ON_FAILURE" }],
  ["a key of a map", { participant_attributes: { restart_policy: "JRP_ON_FAILURE" } }],
  ["a room's tag", { room_config: { tags: { preset: "H264_720P_30" } } }],
])("refuses what only looks like it: %s", async (_, body) => {
  const { status, body: problem } = await fetchToken(await open(), body);
  expect([status, problem.code]).toEqual([400, "invalid-body"]);
});

// What a request may look like: LiveKit's own fields with any value, and any others.
const value = fc.jsonValue({ maxDepth: 3 });
const field = fc.constantFrom(
  ...["room_name", "roomName", "participant_name", "participant_identity", "participant_metadata"],
  ...["participant_attributes", "room_config", "server_url", "__proto__", "constructor"],
);
const agent = fc.dictionary(fc.constantFrom("agent_name", "agentName", "metadata", "deployment", "x"), value);
const body = fc.oneof(
  fc.dictionary(field, value),
  fc.record({ room_config: fc.record({ agents: fc.array(agent, { maxLength: 2 }) }) }),
  value,
);

it("property: every body is a conversation or a 4xx with a code, and no refusal holds a server_url", async () => {
  const handler = toFetchHandler(
    new ConversationBroker({
      authorize: ({ header }: AuthorizeContext) => ({ identity: header("x-user") ?? "ada", name: "Ada" }),
      equos: {
        conversations: {
          // Whatever passes gets this far, and no farther.
          startConversation: () => Promise.reject(Object.assign(new Error("no"), { response: { status: 402 } })),
          stopConversation: () => Promise.reject(new Error("must not be asked")),
          getConversationById: () => Promise.reject(new Error("must not be asked")),
          listConversations: () => Promise.reject(new Error("must not be asked")),
        },
      },
      characters: { guide: "cha_1" },
      logger: { warn: () => undefined, error: () => undefined },
    }),
  );
  let next = 0;
  await fc.assert(
    fc.asyncProperty(body, async (sent) => {
      next += 1;
      const init = {
        method: "POST",
        body: JSON.stringify(sent),
        headers: { "content-type": "application/json", "x-user": `u${next}` },
      };
      const answer = await handler(new Request("http://shop.example/token", init));
      const text = await answer.text();
      const { code } = JSON.parse(text);
      const known = [
        "invalid-body",
        "invalid-input",
        "unknown-agent",
        "forbidden",
        "upstream-no-credit",
        "upstream-rejected",
      ];
      expect(known).toContain(code);
      expect(text).not.toContain("server_url");
      // Nothing that says something is dropped in silence.
      if (code.startsWith("upstream") && typeof sent === "object" && sent !== null) {
        expect(
          Object.entries(sent).filter(
            ([name, set]) => /room_?[nN]ame|metadata|attributes|server_url/.test(name) && isSet(set),
          ),
        ).toEqual([]);
      }
    }),
    { numRuns: 1000 },
  );
});

const isSet = (set: unknown): boolean =>
  typeof set === "object" && set !== null ? Object.values(set).some(isSet) : Boolean(set);

it("the cooldown after a hang-up outlasts any number of refused starts", async () => {
  const setting = await openSetting({ conversation: ({ character }) => (character === "coach" ? null : {}) });
  const asking = (agent_name: string) => fetchToken(setting, { room_config: { agents: [{ agent_name }] } });
  expect((await asking("guide")).status).toBe(201);
  for (let start = 0; start < 25; start += 1) expect((await asking("coach")).status).toBe(403);
  const [id] = setting.running();
  await setting.broker.stop({ consumer: ada, id });
  expect((await asking("guide")).status).toBe(409);
  // The same answer as before, also when the cooldown is over.
  await setting.pass(11);
  expect((await asking("coach")).status).toBe(403);
  expect(await setting.broker.stop({ consumer: ada, id })).toEqual({ conversation: { id, status: "ended" } });
});
