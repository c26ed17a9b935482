import type { IncomingMessage, ServerResponse } from "node:http";
import type { Emulator } from "../emulator.js";
import { webFile } from "../web-files.js";
import { readBody } from "../wire/body.js";
import { act } from "./actions.js";
import { whyNot } from "./guard.js";
import { overviewOf, type Watched } from "./overview.js";

/** The page loads nothing from elsewhere. */
const pageHeaders = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

/** 1 MiB. */
const maxBodyBytes = 1_048_576;

function send(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { ...pageHeaders, "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(value));
}

/**
 * Serves the emulator's page and what its buttons do.
 *
 * @returns whether the request was for it
 */
export function takeControl(
  emulator: Emulator,
  watched: Watched,
  request: IncomingMessage,
  response: ServerResponse,
): boolean {
  const [pathname = ""] = (request.url ?? "").split("?", 1);
  if (pathname !== "/" && !pathname.startsWith("/emulator/")) return false;
  answer(emulator, watched, pathname, request, response).catch((error: unknown) => {
    if (!response.headersSent)
      send(response, 500, { message: error instanceof Error ? error.message : "Unknown error" });
    else response.destroy();
  });
  return true;
}

async function answer(
  emulator: Emulator,
  watched: Watched,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refused = whyNot(request);
  if (refused !== undefined) return send(response, 403, { message: refused });
  const name = pathname === "/" ? "index.html" : pathname.slice("/emulator/".length);
  if (request.method === "GET" || request.method === "HEAD") {
    if (name === "state") return send(response, 200, overviewOf(emulator, watched));
    if (name === "export") return send(response, 200, emulator.export());
    const file = await webFile(name);
    if (file === undefined) return send(response, 404, { message: `there is no ${pathname}` });
    response.writeHead(200, { ...pageHeaders, "content-type": file.type });
    response.end(request.method === "HEAD" ? undefined : file.content);
    return;
  }
  const body = await readBody(request, maxBodyBytes);
  if (body === undefined) return send(response, 413, { message: "The body is larger than 1 MiB" });
  const { status, value } = await act(emulator, `${request.method} ${name}`, body.toString("utf8"));
  send(response, status, value);
}
