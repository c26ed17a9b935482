import { request } from "node:http";

export interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  /** Of a start, of a stop (without the character), or a problem (its code alone). */
  readonly json: {
    readonly conversation: { readonly id: string; readonly character: object };
    readonly code?: string;
  };
  /** The cookie that was set, as a browser sends it back. */
  readonly cookie: string | undefined;
}

/** A POST to one of the broker's routes with no header but those given: as curl sends it, as `fetch` cannot. */
export function curl(
  url: string,
  action: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(`${url}/api/equos/${action}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
    });
    call.on("error", reject).on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("error", reject).on("end", () => {
        const [cookie] = response.headers["set-cookie"] ?? [];
        const json = text === "" ? undefined : JSON.parse(text);
        resolve({ status: response.statusCode, text, json, cookie: cookie?.split(";", 1)[0] });
      });
    });
    call.end(JSON.stringify(body));
  });
}

/** Returns the status of a request with this `Host`, as a browser sends it for a foreign name that leads here. */
export function statusUnder(
  host: string,
  url: string,
  method = "GET",
  headers: Readonly<Record<string, string>> = {},
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers: { "content-type": "application/json", ...headers, host } });
    call.on("error", reject).on("response", (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    });
    call.end(method === "POST" ? "{}" : undefined);
  });
}
