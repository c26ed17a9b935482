/** Stands for the team's own login: whoever says so in a cookie is signed in. */
export async function userOf(cookies: string | undefined) {
  const id = /(?:^|;\s*)user=([\w-]+)/.exec(cookies ?? "")?.[1];
  return id === undefined ? null : { id, displayName: `User ${id}`, plan: "free" as const };
}
