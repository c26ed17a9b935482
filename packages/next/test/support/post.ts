import { type Answer, type Call, call, json } from "@equos-broker/conformance";

/** A signed-in user's cookie, as hosts/app/lib/session.ts reads it. */
export const signedIn = (user: string) => ({ cookie: `user=${user}` });

/** What a page of the app sends. */
export const post = (url: string, user: string | undefined, body: unknown = {}, more: Call = {}): Promise<Answer> =>
  call(url, {
    ...json(body),
    ...more,
    headers: { ...json(body).headers, ...(user === undefined ? {} : signedIn(user)), ...more.headers },
  });
