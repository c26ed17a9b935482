/** What servers are asked for. */
export type Kind =
  /** By somebody who has none yet. */
  | "start"
  /** The same, for those who are to have one all the time. */
  | "keep"
  /** By one of those. */
  | "resume"
  | "stop"
  /** The one start of those who may have no second. */
  | "spend"
  /** By one of those. */
  | "refuse-429"
  /** By nobody. */
  | "refuse-401";

export interface Errand {
  readonly text: string;
  /** Told what was answered. */
  readonly took?: (body: string) => void;
}

interface Running {
  readonly user: string;
  readonly id: string;
}

/** What one server has been asked for so far. */
interface Past {
  readonly running: Running[];
  readonly kept: string[];
  readonly spent: string[];
  /** Whose turn it is among them. */
  turn: number;
}

const pasts = new Map<number, Past>();
let users = 0;

/** Gives, one after the other, the requests of a kind to a server. */
export function errands(port: number, kind: Kind): () => Errand {
  const past = pasts.get(port) ?? { running: [], kept: [], spent: [], turn: 0 };
  pasts.set(port, past);
  const start = (user: string, remember?: string[]): Errand => ({
    text: request(port, "start", { character: "guide" }, user),
    took: (body) => {
      const [, id] = /"id":"([^"]+)"/.exec(body) ?? [];
      if (id === undefined) throw new Error(`A start answered without an id: ${body.slice(0, 300)}`);
      if (remember === undefined) past.running.push({ user, id });
      else remember.push(user);
    },
  });
  const again = (whom: readonly string[]): Errand => {
    past.turn += 1;
    return { text: request(port, "start", { character: "guide" }, whom[past.turn % whom.length]) };
  };
  const kinds: Readonly<Record<Kind, () => Errand>> = {
    start: () => start(someone()),
    keep: () => start(someone(), past.kept),
    resume: () => again(past.kept),
    stop: () => {
      const { user, id } = past.running.pop() ?? { user: "nobody", id: "none" };
      return { text: request(port, "stop", { id }, user) };
    },
    spend: () => {
      const user = `spent-${someone()}`;
      past.spent.push(user);
      return start(user);
    },
    "refuse-429": () => again(past.spent),
    "refuse-401": () => ({ text: request(port, "start", { character: "guide" }) }),
  };
  return kinds[kind];
}

function someone(): string {
  users += 1;
  return `user-${String(users).padStart(8, "0")}`;
}

/** As a browser sends it from a page of the same origin. */
function request(port: number, action: string, content: object, user?: string): string {
  const body = JSON.stringify(content);
  return [
    `POST /api/equos/${action} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Connection: keep-alive",
    `Content-Length: ${body.length}`,
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    "Content-Type: application/json",
    "Accept: */*",
    `Origin: http://127.0.0.1:${port}`,
    "Sec-Fetch-Site: same-origin",
    "Sec-Fetch-Mode: cors",
    "Sec-Fetch-Dest: empty",
    `Referer: http://127.0.0.1:${port}/talk`,
    "Accept-Encoding: gzip, deflate, br, zstd",
    "Accept-Language: en-GB,en;q=0.9",
    ...(user === undefined ? [] : [`Cookie: theme=dark; session=${user}`]),
    "",
    body,
  ].join("\r\n");
}
