import { emulatorApiKey, type Fault, fault, systemPrompt } from "@equos-broker/emulator";
import { sentPrompt, sentVariable } from "../sent.js";

/** What Equos does to a start, and what its caller gets. */
export interface UpstreamCase {
  readonly name: string;
  readonly fault: Fault;
  readonly expect: { readonly status: number; readonly code: string; readonly retryAfter?: string };
  /** Whether the consumer can start again at once, or not before the doubt about this start is over. */
  readonly afterwards: "free" | "doubt";
  /** Time has to pass for the answer to come. */
  readonly takesTime?: boolean;
  /** A conversation was created that nobody got; it is stopped as soon as its id is known. */
  readonly stopped?: boolean;
}

/** An upstream that quotes all that it was sent, as one in trouble may. */
const quoting = (status: number): Fault =>
  fault.status(status, {
    body: {
      statusCode: status,
      message: [`key ${emulatorApiKey}`, `context ${sentPrompt}`, `plan=${encodeURIComponent(sentVariable)}`],
      error: systemPrompt,
    },
  });

const refused: readonly UpstreamCase[] = (
  [
    [400, 502, "upstream-rejected"],
    [401, 502, "upstream-unauthorized"],
    [402, 503, "upstream-no-credit"],
    [403, 502, "upstream-forbidden"],
    [404, 502, "upstream-not-found"],
    [409, 503, "upstream-conflict"],
    [422, 502, "upstream-rejected"],
  ] as const
).map(([upstream, status, code]) => ({
  name: String(upstream),
  fault: quoting(upstream),
  expect: { status, code },
  afterwards: "free",
}));

const invalid = { status: 502, code: "upstream-invalid-answer" } as const;
const incomplete = { status: 502, code: "upstream-incomplete-answer" } as const;

export const upstreamCases: readonly UpstreamCase[] = [
  ...refused,
  {
    name: "429",
    fault: fault.tooMany(7),
    expect: { status: 503, code: "upstream-busy", retryAfter: "7" },
    afterwards: "free",
  },
  { name: "500", fault: quoting(500), expect: { status: 502, code: "upstream-error" }, afterwards: "doubt" },
  {
    name: "502 with an HTML page",
    fault: fault.html(),
    expect: { status: 502, code: "upstream-error" },
    afterwards: "doubt",
  },
  {
    name: "503",
    fault: quoting(503),
    expect: { status: 503, code: "upstream-unavailable", retryAfter: "10" },
    afterwards: "doubt",
  },
  { name: "201 with an HTML page", fault: fault.html({ status: 201 }), expect: invalid, afterwards: "doubt" },
  { name: "201 with no body", fault: fault.empty(), expect: invalid, afterwards: "doubt" },
  { name: "201 with half a JSON", fault: fault.truncated(), expect: invalid, afterwards: "doubt" },
  { name: "201 with JSON null", fault: fault.answer(() => null), expect: invalid, afterwards: "doubt" },
  { name: "201 with a list", fault: fault.answer(() => []), expect: invalid, afterwards: "doubt" },
  {
    name: "a socket that closes before the answer",
    fault: fault.drop(),
    expect: { status: 502, code: "upstream-disconnected" },
    afterwards: "doubt",
  },
  {
    name: "a socket that closes inside the answer",
    fault: fault.half(),
    expect: { status: 502, code: "upstream-disconnected" },
    afterwards: "doubt",
  },
  {
    name: "a socket that closes after the conversation was created",
    fault: fault.afterCreate.drop(),
    expect: { status: 502, code: "upstream-disconnected" },
    afterwards: "doubt",
  },
  {
    name: "silence",
    fault: fault.silence(),
    expect: { status: 504, code: "outcome-unknown", retryAfter: "45" },
    afterwards: "doubt",
    takesTime: true,
  },
  {
    name: "an answer without a character",
    fault: fault.answer((answer) => without(answer, "character")),
    expect: invalid,
    afterwards: "free",
    stopped: true,
  },
  {
    name: "an answer whose maxSeconds is a text",
    fault: fault.answer((answer) => changed(answer, { maxSeconds: "600" })),
    expect: invalid,
    afterwards: "free",
    stopped: true,
  },
  {
    name: "an answer that is blocked",
    fault: fault.answer((answer) => changed(answer, { status: "blocked" })),
    expect: { status: 502, code: "upstream-not-running" },
    afterwards: "free",
    stopped: true,
  },
  {
    name: "a serverUrl that is no LiveKit address",
    fault: fault.answer((answer) => changed(answer, { serverUrl: "javascript:alert(1)" })),
    expect: incomplete,
    afterwards: "free",
    stopped: true,
  },
  { name: "null serverUrl", fault: fault.nullServerUrl(), expect: incomplete, afterwards: "free", stopped: true },
  { name: "null token", fault: fault.nullToken(), expect: incomplete, afterwards: "free", stopped: true },
];

/** The upstream answer with other fields in its conversation. */
function changed(answer: unknown, fields: object): unknown {
  const { conversation, ...rest } = answer as { conversation: object };
  return { ...rest, conversation: { ...conversation, ...fields } };
}

function without(answer: unknown, field: string): unknown {
  return changed(answer, { [field]: undefined });
}
