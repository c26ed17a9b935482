/** What a server under test would do: it knows where Equos is from the environment. */
async function call(path, body) {
  const { EQUOS_ENDPOINT, EQUOS_API_KEY } = process.env;
  const response = await fetch(`${EQUOS_ENDPOINT}/v3/conversations${path}`, {
    method: "POST",
    headers: { "x-api-key": EQUOS_API_KEY, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return await response.json();
}

exports.start = async () =>
  (await call("", { name: "talk", characterId: process.env.EQUOS_CHARACTER_ID })).conversation.id;
exports.stop = (id) => call(`/${id}/stop`);
