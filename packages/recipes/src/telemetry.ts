import type { BrokerEvent, Mountable, Problem, Reply } from "@equos-broker/core";
import { context, metrics, type SpanContext, SpanStatusCode, trace } from "@opentelemetry/api";

// Attributes are names, codes and numbers; the conversation's id stands on spans alone. Nobody's identity, no token, no
// key, no prompt. Of OpenTelemetry only its API is used, so that without an SDK all of this does nothing.

const name = "equos-broker";
const seconds = (description: string, ...explicitBucketBoundaries: number[]) => {
  return { description, unit: "s", advice: { explicitBucketBoundaries } };
};

/**
 * A broker whose requests have a span and are timed, by what became of them. Mount it in the broker's place; it does not
 * close the broker, so Fastify's `closeOnClose` has nothing to close.
 *
 * @example
 * ```ts
 * app.use("/api/equos", toExpress(observed(broker)));
 * ```
 */
export function observed<TNative>(broker: Mountable<TNative>): Mountable<TNative> {
  const tracer = trace.getTracer(name);
  const duration = metrics
    .getMeter(name)
    .createHistogram(
      "equos.request.duration",
      seconds("Requests, by outcome", 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
    );
  return {
    actions: broker.actions,
    handle: (exchange) => {
      const { action } = exchange;
      // Somebody else's path, of which there are as many as there are visitors.
      if (!broker.actions.includes(action)) return broker.handle(exchange);
      return tracer.startActiveSpan(`equos ${action}`, async (span) => {
        const began = performance.now();
        try {
          const reply = await broker.handle(exchange);
          if (reply === null) return null;
          const attributes = { "equos.action": action, ...outcomeOf(reply) };
          duration.record((performance.now() - began) / 1000, attributes);
          span.setAttributes(attributes);
          if (reply.status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
          return reply;
        } finally {
          span.end();
        }
      });
    },
  };
}

function outcomeOf({ status, body }: Reply) {
  const answered = { "http.response.status_code": status };
  if (status < 400) return answered;
  // Every refusal of the broker's is problem details.
  const { code } = JSON.parse(body ?? "{}") as Partial<Problem>;
  return { ...answered, ...(code === undefined ? {} : { "error.type": code }) };
}

interface Live {
  /** Ms since 1970: it is over by then, even if nobody tells. */
  readonly until: number;
  /** Of the request that began it. */
  readonly began: SpanContext | undefined;
}

/**
 * The broker's option `onEvent`: counts what happens, and draws a span for each conversation when it has ended.
 *
 * @example
 * ```ts
 * new ConversationBroker({ authorize, onEvent: conversationTelemetry() });
 * ```
 */
export function conversationTelemetry(): (event: BrokerEvent) => void {
  const tracer = trace.getTracer(name);
  const meter = metrics.getMeter(name);
  const events = meter.createCounter("equos.events", { description: "What happened to conversations" });
  const active = meter.createUpDownCounter("equos.conversations.active", { description: "Conversations that run" });
  const lasted = meter.createHistogram(
    "equos.conversation.duration",
    seconds("Conversations that have ended", 10, 30, 60, 120, 300, 600, 1200, 1800, 3600),
  );
  /** Those that this server has seen begin. */
  const live = new Map<string, Live>();

  const enter = (conversation: string, seconds: number) => {
    const now = Date.now();
    for (const [former, { until }] of live) if (until < now) leave(former);
    if (!live.has(conversation)) active.add(1);
    live.set(conversation, { until: now + seconds * 1000, began: trace.getSpanContext(context.active()) });
  };
  /** Told twice, it is left once. */
  const leave = (conversation: string) => {
    const left = live.get(conversation);
    if (live.delete(conversation)) active.add(-1);
    return left;
  };

  return (event) => {
    const { type } = event;
    const character =
      "character" in event && event.character !== undefined ? { "equos.character": event.character } : {};
    const reason = "reason" in event ? { "equos.reason": event.reason } : {};
    const code = "code" in event ? { "error.type": event.code } : {};
    events.add(1, { "equos.event": type, ...character, ...reason, ...code });
    // A minute longer: by then Equos itself has ended it.
    if (type === "conversation.started") enter(event.conversation, event.maxSeconds + 60);
    if (type === "conversation.adopted") enter(event.conversation, 86_400);
    if (type !== "conversation.ended") return;
    const began = leave(event.conversation)?.began;
    lasted.record(event.seconds, { ...character, ...reason });
    const startTime = new Date(event.startedAt);
    const links = began === undefined ? [] : [{ context: began }];
    const attributes = { "equos.conversation": event.conversation, ...character, ...reason };
    tracer
      .startSpan("equos conversation", { root: true, startTime, links, attributes })
      .end(new Date(startTime.getTime() + event.seconds * 1000));
  };
}
