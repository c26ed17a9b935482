/** One request to a token endpoint, as an SDK of LiveKit's sends it. */
export interface LivekitRequest {
  readonly sdk: string;
  readonly what: string;
  readonly source: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const json = { "Content-Type": "application/json" };

const name = '{"room_config":{"agents":[{"agent_name":"guide"}]}}';
const metadata = String.raw`{"room_config":{"agents":[{"agent_name":"guide","metadata":"{\"topic\":\"shoes/boots\",\"lang\":\"fr\"}"}]}}`;
const everything = String.raw`{"room_name":"lobby","participant_name":"Ada","participant_identity":"u_1","participant_metadata":"{\"vip\":true}","participant_attributes":{"locale":"en-GB"},"room_config":{"agents":[{"agent_name":"guide","metadata":"{\"topic\":\"shoes/boots\",\"lang\":\"fr\"}","deployment":"staging"}]}}`;
const empties =
  '{"room_name":"","participant_name":"","participant_identity":"","participant_metadata":"","participant_attributes":{},"room_config":{"agents":[{"agent_name":"","metadata":"","deployment":""}]}}';

/** JSONEncoder writes a slash as `\/`, and promises no order of keys. */
const swift = (body: string): string => body.replaceAll("/", String.raw`\/`);

const common = {
  "an agent's name": name,
  "an agent's name and metadata": metadata,
  "everything set": everything,
};

function requests(
  sdk: string,
  source: string,
  headers: Readonly<Record<string, string>>,
  bodies: Readonly<Record<string, string>>,
): LivekitRequest[] {
  return Object.entries(bodies).map(([what, body]) => ({ sdk, what, source, headers, body }));
}

/**
 * What the endpoint token source of each SDK sends: "no options", "an agent's name", "an agent's name and metadata",
 * "everything set", and "empty values", which is every option given as an empty string or map. Only "everything set"
 * says something; the empty ones mean the same as nothing.
 *
 * How the texts came about. JavaScript: livekit-client from npm against a local HTTP server on Node. Rust: the crate
 * from crates.io, likewise. Android: the SDK's request classes, compiled outside this project with the versions of
 * kotlinx.serialization and OkHttp that it uses, likewise. Unity: its request classes with Newtonsoft.Json on Mono,
 * likewise. Swift and Flutter: worked out from their encoders' sources, not run. Nothing but the wire format was taken
 * over. `headers` are those that the SDK sets itself; an app adds its own, as `Authorization`. None of them sends a
 * null, a camelCase key, or an empty `agents`.
 */
export const livekitRequests: readonly LivekitRequest[] = [
  ...requests("Swift", "livekit/client-sdk-swift@eebf7806 Sources/LiveKit/Token/TokenSource.swift", json, {
    "no options": '{"room_config":{}}',
    "an agent's name": name,
    "an agent's name and metadata": swift(metadata),
    "everything set": swift(everything),
    "empty values": empties,
  }),
  ...requests(
    "Android",
    "livekit/client-sdk-android@020819ed livekit-android-sdk/src/main/java/io/livekit/android/token/TokenSource.kt",
    json,
    { "no options": '{"room_config":{}}', ...common, "empty values": empties },
  ),
  ...requests(
    "Flutter",
    "livekit/client-sdk-flutter@f62d479b lib/src/token_source/token_source.g.dart",
    { "content-type": "application/json" },
    { "no options": '{"room_config":{}}', ...common, "empty values": empties },
  ),
  ...requests(
    "Flutter, package:http before 1.6",
    "livekit/client-sdk-flutter@v2.6.0 lib/src/token_source/endpoint.dart",
    { "content-type": "application/json; charset=utf-8" },
    { "no options": '{"room_config":{}}' },
  ),
  ...requests("Unity", "livekit/client-sdk-unity@6de59b76 Runtime/Scripts/TokenSource/TokenSource.cs", json, {
    "no options": "{}",
    ...common,
    "empty values": "{}",
  }),
  ...requests(
    "JavaScript",
    "npm livekit-client@2.23.0 src/room/token-source/TokenSource.ts",
    { ...json, accept: "*/*" },
    {
      "no options": "{}",
      ...common,
      "empty values":
        '{"room_name":"","participant_name":"","participant_identity":"","participant_metadata":"","room_config":{"agents":[{}]}}',
    },
  ),
  ...requests(
    "Rust",
    "crates.io livekit-token-source@0.1.4 src/request.rs",
    { "content-type": "application/json", accept: "*/*" },
    { "no options": "{}", ...common, "empty values": empties },
  ),
];
