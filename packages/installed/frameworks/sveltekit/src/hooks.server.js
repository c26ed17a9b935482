export const handle = async ({ event, resolve }) => {
  const id = event.request.headers.get("x-user");
  if (id) event.locals.user = { identity: id, name: "Ada" };
  return await resolve(event);
};
