import { BrokerError, type ErrorCode, errorCodes } from "../../packages/core/src/errors.js";
import { problemReply } from "../../packages/core/src/http/reply.js";
import { clientErrors } from "./client-errors.js";
import { errorTexts, headings } from "./sections.js";

/** `docs/errors.md`, from core's table of codes and the texts beside this file. */
export function errorsPage(): string {
  // Object.keys forgets the names that the table's type has.
  const codes = Object.keys(errorCodes) as ErrorCode[];
  const sections = codes.map((code) => {
    const heading = headings[code];
    return [...(heading === undefined ? [] : ["", ...headOf(heading)]), rowOf(code)];
  });
  return [...intro(), ...sections.flat(), ...clientsOwn(), ""].join("\n");
}

function intro(): string[] {
  const { body } = problemReply(new BrokerError("unknown-character"));
  const example = JSON.stringify(JSON.parse(body ?? ""), undefined, 2);
  return [
    "# Errors",
    "",
    "<!-- Made by `npx -y pnpm@12 docs:generate` from packages/core/src/errors.ts and scripts/errors. -->",
    "",
    "Every refusal is problem details ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)), `application/problem+json`:",
    "",
    "```json",
    example,
    "```",
    "",
    "`code` is stable: programs decide by it. `detail` is for people and says what to do; where a value of the request",
    "belongs into it, it is more exact than what stands below. 5xx and refused origins also have an `instance`, which stands in",
    "the server's log line of the same failure, with what the client is not told: what Equos said, masked, and the error of",
    "your own code.",
    "",
    "Which route answers with which code stands in [openapi.yaml](openapi.yaml). Methods without HTTP (`broker.start`,",
    "`broker.stop`, …) throw a `BrokerError` with the same `code`, `status` and `publicMessage`; recognise it with",
    "`isBrokerError(error)`. What the page's client adds stands [at the end](#the-pages-client); what the client of the",
    "Equos API throws, in [its README](../packages/api/README.md#errors).",
  ];
}

const headOf = (heading: string): string[] => [
  `## ${heading}`,
  "",
  "| code | status | the client reads | cause | what to do |",
  "|---|---|---|---|---|",
];

function rowOf(code: ErrorCode): string {
  const [status, message] = errorCodes[code];
  const { from, cause, caller, operator } = errorTexts[code];
  const [only, another] = from;
  const where = only !== undefined && another === undefined ? `Only from \`${only}\`. ` : "";
  const advice = operator === undefined ? caller : `${caller}<br>**Server:** ${operator}`;
  return `| \`${code}\` | ${status} | ${message} | ${where}${cause} | ${advice} |`;
}

/** No row of the tables above, which are the broker's alone. */
function clientsOwn(): string[] {
  const rows = Object.entries(clientErrors).map(
    ([code, { cause, caller }]) => `| \`${code}\` | ${cause} | ${caller} |`,
  );
  return [
    "",
    "## The page's client",
    "",
    "[`@equos-broker/client`](../packages/client) throws a `Problem` with the broker's `code`, `status` and `detail` (as",
    "`message`), and four codes of its own:",
    "",
    "| code | cause | what to do |",
    "|---|---|---|",
    ...rows,
  ];
}
