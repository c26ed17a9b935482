import { readFileSync } from "node:fs";
import { type Major, projectFolder, requireIn } from "./majors.js";

/** What is used of React's own client: how it writes the arguments of an action, and reads what came of it. */
interface ReactClient {
  encodeReply(args: readonly unknown[]): Promise<string | FormData>;
  createFromReadableStream(
    stream: ReadableStream<Uint8Array>,
    options: { readonly serverConsumerManifest: object },
  ): PromiseLike<{ readonly a: PromiseLike<unknown> }>;
}

export interface ActionCall {
  readonly major: Major;
  readonly origin: string;
  /** As the app's file exports it. */
  readonly name: string;
  readonly args?: readonly unknown[];
  /** The arguments as they are sent; default: as React writes them. */
  readonly body?: string | FormData | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An action that sets a cookie is answered with the page as well, whose components nobody looks at here. */
const anyModule = new Proxy({}, { get: () => ({ "*": { id: "any", chunks: [], name: "*" } }) });

/** Calls a server action of the built app as a page does. `result`: what the action gave, where it was carried out. */
export async function callAction({ major, origin, name, args = [], body, headers = {} }: ActionCall) {
  // The copy that Next brings along, which no type describes.
  const react = requireIn(major)("next/dist/compiled/react-server-dom-webpack/client.edge") as ReactClient;
  const { id, page } = builtAction(major, name);
  const response = await fetch(origin + page, {
    method: "POST",
    headers: { "next-action": id, accept: "text/x-component", ...headers },
    body: body ?? (await react.encodeReply(args)),
  });
  const { status } = response;
  const cookies = response.headers.getSetCookie();
  if (response.body === null || status !== 200) return { status, cookies, result: undefined };
  const serverConsumerManifest = { moduleMap: anyModule, moduleLoading: null, serverModuleMap: null };
  const payload = await react.createFromReadableStream(response.body, { serverConsumerManifest });
  return { status, cookies, result: await payload.a };
}

/** The id by which a page calls an action. */
export const actionId = (major: Major, name: string): string => builtAction(major, name).id;

/** Next calls an action by a hash, at a page that uses it; the build writes both down. */
function builtAction(major: Major, name: string) {
  const manifest = JSON.parse(
    readFileSync(`${projectFolder(major)}.next/server/server-reference-manifest.json`, "utf8"),
  );
  // Next's own format: by their ids, the name of each and the pages, such as `app/trials/page`.
  const actions = manifest.node as Readonly<
    Record<string, { exportedName?: string; workers: Record<string, unknown> }>
  >;
  const [id, action] = Object.entries(actions).find(([, { exportedName }]) => exportedName === name) ?? [];
  const [page] = Object.keys(action?.workers ?? {});
  if (id === undefined || page === undefined) throw new Error(`No page of the app uses an action ${name}`);
  return { id, page: page.replace(/^app(.*)\/page$/, "$1") };
}
