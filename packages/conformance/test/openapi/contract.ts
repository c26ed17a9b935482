import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { parse } from "yaml";
import { completeTokenSchemas } from "../../../../scripts/openapi/token-schema.js";

/** One answer as it came off the socket. */
export interface ObservedAnswer {
  readonly method: string;
  /** Last segment of the path. */
  readonly route: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

type Json = Record<string, unknown>;

/** HTTP's own, or the server's. */
const transport = new Set(["connection", "content-length", "content-type", "date", "keep-alive", "transfer-encoding"]);

/** An OpenAPI document, held against what a server really does. */
export class Contract {
  readonly #document: object;
  readonly #ajv: Ajv2020;
  readonly #seen = new Set<string>();

  constructor(document: object) {
    this.#document = document;
    // OpenAPI's own keywords are none of a schema's.
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(document, "openapi");
  }

  /** Each code that an operation lists: `start post 401 unauthorized`. */
  get promised(): readonly string[] {
    return this.#responses().flatMap(({ name, response }) => {
      const codes = codesIn(response);
      return codes.length === 0 ? [name] : codes.map((code) => `${name} ${code}`);
    });
  }

  /** Of these, what no answer so far was. */
  get unseen(): readonly string[] {
    return this.promised.filter((one) => !this.#seen.has(one));
  }

  #responses(): { readonly name: string; readonly response: Json }[] {
    return entries(this.#at("/paths")).flatMap(([path, item]) =>
      entries(item).flatMap(([method, operation]) =>
        entries(Object(operation).responses).map(([status, response]) => ({
          name: `${path.slice(1)} ${method} ${status}`,
          response: this.#resolved(response).value,
        })),
      ),
    );
  }

  /** Whether a JSON body is one that the route's operation takes. */
  takes(route: string, body: unknown): boolean {
    const place = `/paths/~1${route}/post/requestBody/content/application~1json/schema`;
    return this.#matches(place, body).length === 0;
  }

  /** The media types that a route's operation takes. */
  mediaTypes(route: string): readonly string[] {
    return Object.keys(Object(this.#at(`/paths/~1${route}/post/requestBody/content`)));
  }

  /** What of an answer is not as the document says; nothing where all of it is. */
  violations(answer: ObservedAnswer): string[] {
    const { method, route, status, body } = answer;
    const operation = `/paths/~1${route}/${method.toLowerCase()}`;
    const isKnown = this.#at(operation) !== undefined;
    const place = isKnown ? `${operation}/responses/${status}` : "/components/responses/method-not-allowed";
    const found = this.#at(place);
    const name = `${route} ${isKnown ? method.toLowerCase() : "options"} ${status}`;
    if (found === undefined) return [`${name}: no such status (${body.slice(0, 80)})`];
    const { value: response, pointer } = this.#resolved(found, place);
    const { code } = parsed(body) ?? {};
    this.#seen.add(codesIn(response).length > 0 ? `${name} ${code}` : name);
    const wrong = [
      ...this.#wrongHeaders(answer, Object(response.headers)),
      ...this.#wrongBody(answer, response, pointer),
    ];
    return wrong.map((what) => `${name}: ${what}`);
  }

  #wrongHeaders({ headers }: ObservedAnswer, documented: Json): string[] {
    const known = new Map(entries(documented).map(([name, header]) => [name.toLowerCase(), this.#resolved(header)]));
    const extra = Object.keys(headers).filter((name) => !known.has(name) && !transport.has(name));
    const wrong = [...known].flatMap(([name, { value: header, pointer }]) => {
      const value = headers[name];
      if (value === undefined) return header.required === true ? [`${name} is missing`] : [];
      const text = String(value);
      const isNumber = Object(header.schema).type === "integer";
      return this.#matches(`${pointer}/schema`, isNumber ? Number(text) : text).map((what) => `${name} ${what}`);
    });
    return [...extra.map((name) => `${name} is not documented`), ...wrong];
  }

  #wrongBody({ method, headers, body }: ObservedAnswer, response: Json, pointer: string): string[] {
    const [type = ""] = String(headers["content-type"] ?? "").split(";");
    if (response.content === undefined) return body === "" && type === "" ? [] : ["a body that is not documented"];
    if (method === "HEAD") return [];
    if (Object(response.content)[type] === undefined) return [`the content type ${type} is not documented`];
    const value = parsed(body);
    return value === undefined
      ? ["a body that is no JSON"]
      : this.#matches(`${pointer}/content/${type.replace("/", "~1")}/schema`, value);
  }

  #matches(pointer: string, value: unknown): string[] {
    const uri = `openapi#${pointer.replaceAll("+", "%2B")}`;
    const validate = this.#ajv.getSchema(uri) ?? this.#ajv.compile({ $ref: uri });
    if (validate(value)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`.trim());
  }

  #at(pointer: string): unknown {
    const names = pointer.split("/").slice(1);
    return names.reduce<unknown>(
      (value, name) => Object(value)[name.replaceAll("~1", "/").replaceAll("~0", "~")],
      this.#document,
    );
  }

  #resolved(value: unknown, pointer = ""): { readonly value: Json; readonly pointer: string } {
    const { $ref } = Object(value);
    if (typeof $ref !== "string") return { value: Object(value), pointer };
    return this.#resolved(this.#at($ref.slice(1)), $ref.slice(1));
  }
}

const entries = (value: unknown): [string, unknown][] => Object.entries(Object(value));

function codesIn(response: Json): readonly string[] {
  const { schema } = Object(Object(response.content)["application/problem+json"]);
  return Object(Object(Object(schema).properties).code).enum ?? [];
}

function parsed(body: string): Json | undefined {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const document = parse(readFileSync(new URL("../../../../docs/openapi.yaml", import.meta.url), "utf8"));

/** `docs/openapi.yaml`, as it is published. */
export const published = (): Contract => new Contract(document);

/** The same document, with every form of a token request that the server accepts. */
export function complete(): Contract {
  const schemas = { ...document.components.schemas, ...completeTokenSchemas };
  return new Contract({ ...document, components: { ...document.components, schemas } });
}
