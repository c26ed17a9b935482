import type { Figure } from "./figure.js";
import type { Measured } from "./measured.js";
import type { Machine, Report } from "./report.js";
import { escaped, markdown } from "./table.js";

/** `docs/benchmarks.md`, of a whole run. */
export function documentOf({ date, machine, scale, sections }: Report): string {
  const parts = [
    "# Benchmarks",
    "<!-- Written by `npx -y pnpm@12 bench --write`. What is changed here is lost with the next run. -->",
    about(machine, date, scale),
    how,
    missed,
    ...sections.map(sectionOf),
  ];
  return `${parts.join("\n\n")}\n`;
}

const about = ({ cpu, cores, memory, os, node }: Machine, date: string, scale: Report["scale"]): string =>
  `
Measured on ${date}: ${cpu}, ${cores} cores, ${memory}, ${os}, Node ${node}${scale === "quick" ? ", with the small counts of `--quick`" : ""}. To measure on yours:
\`npx -y pnpm@12 bench\` ([what each section measures](../benchmarks/README.md)). Microseconds differ from machine to machine, and so do ratios: the same
start on Fastify was between × 3.0 and × 5.9 of the limit in runs on three machines. Where others share the processor and its caches, a server that does much pays more for
it than one that does little.`.trim();

const how = `
## How the servers are measured

- **Processes.** Load, server and a stand-in for Equos each have a process of their own, all on this machine. The servers run the packages as they
  are published, with \`NODE_ENV=production\`.
- **CPU µs** is the CPU time, of all its threads, that the server's process takes for one request: what a server has to be paid for. It is asked
  before and after each sample, and time that other processes take does not count. Requests come one at a time, so that every server finds the other
  processes asleep, as it does in its own life. With more at once a fast one would keep them awake, and save the work to wake them, which a slow one has.
- **Requests/s and p99** are what the load sees with 16 connections that ask as fast as they are answered. All processes share the cores, so these two say
  less than CPU time does.
- **In turn.** A round visits every server several times, for 60 to 240 requests each, in an order that is drawn each time; CPU time is that of all its visits, so that it
  has its share of collected garbage. The numbers are medians of the rounds, after some thousand requests for the compiler.
- **×** is a ratio to the server that the table names, in the same run. Below 1 is less.
- **Every start is one**: each by another user, stopped before the next round. The stand-in answers at once, with 4 KB, as Equos does for a character with a prompt of
  some pages, with another id and token each time.

| server | what it does |
|---|---|
| the limit | bare \`node:http\` on both sides with a keep-alive agent; reads, parses, sends three fields and an id; asks nobody who they are, and nothing may fail |
| the docs' route | a start by \`fetch\`, and the whole answer on to the page, as Equos' documentation has it |
| tRPC | two procedures behind \`createExpressMiddleware\`: who asks, a checked input, \`fetch\`, three fields and an id |
| a careful route | who asks, a keep-alive agent, a limit of time, three fields and an id, a 502 for failures |
| a route that only refuses | \`response.status(401).json(…)\` on Express, \`reply.code(401).send(…)\` on Fastify |
| toExpress, … | the broker with all guards: \`authorize\`, origins, limits of each consumer, address and of all together, budgets in seconds, one conversation for each consumer, \`conversation\`, \`onEvent\`; the Redis store encrypted, with \`redis\` as the client |

**Not measured**: TLS on either side, a network between the machines, what a session store takes (every server reads the same cookie and looks nothing up), Equos' own time, more than one server
at a Redis, and Bun, Deno and Workers.`.trim();

const missed = `
## What is missed, and what it is made of

A start with every guard on costs more beside routes that have none than it was to. The targets stand, and what misses one says so. Of what a profile of a start on
Fastify shows above the bare limit, a third is Fastify itself, the request to Equos through our client and the events of streams; a tenth each are keyed digests (of
consumer, address and token), checks of Equos' answer and of the body, and garbage, that of the record which stays among it. The rest is spread over some fifty
small functions in the life of a conversation, none of which has more than three hundredths: no single thing is left to take out. Between two requests a server sleeps, and
finds little of that code in the processor's caches when it wakes: in a loop that never sleeps the same functions take a quarter of the time.

A 401 stands beside a route of one line, which reads neither headers nor origin, and calls nobody's \`authorize\`.`.trim();

function sectionOf({ title, figures, tables, leftOut }: Measured): string {
  const parts = [
    `## ${title}`,
    ...(leftOut === undefined ? [] : [`Left out: ${leftOut}.`]),
    ...(figures.length === 0 ? [] : [figuresOf(figures)]),
    ...tables.map((table) => `### ${table.title}\n\n${table.note}.\n\n${markdown(table)}`),
  ];
  return parts.join("\n\n");
}

function figuresOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, found, target }) => {
    const verdict = target === undefined ? "" : target.met ? "ok" : "**missed**";
    return `| ${[what, found.replace(/ {2,}/g, " "), target?.says ?? "", verdict].map(escaped).join(" | ")} |`;
  });
  return ["| | found | target | |", "|---|---|---|---|", ...rows].join("\n");
}
