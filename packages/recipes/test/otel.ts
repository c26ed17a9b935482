import { context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import {
  AggregationTemporality,
  type DataPoint,
  type ExponentialHistogram,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { onTestFinished } from "vitest";

/** A point's attributes as a text, and its value; of a histogram how many were recorded, and their sum. */
type Points = Record<string, number | { readonly count: number; readonly sum: number }>;

/** OpenTelemetry's own SDK, which exports into this process. */
export function openTelemetry() {
  const spans = new InMemorySpanExporter();
  const tracing = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  // Exports when it is told to.
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 2 ** 31 - 1 });
  const metering = new MeterProvider({ readers: [reader] });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(tracing);
  metrics.setGlobalMeterProvider(metering);
  onTestFinished(async () => {
    await Promise.all([metering.shutdown(), tracing.shutdown()]);
    for (const one of [context, trace, metrics]) one.disable();
  });
  return {
    spans: () => spans.getFinishedSpans(),
    /** What is exported of a metric now. */
    async points(name: string): Promise<Points> {
      exporter.reset();
      await metering.forceFlush();
      const all = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics));
      const points = all.find(({ descriptor }) => descriptor.name === name)?.dataPoints ?? [];
      return Object.fromEntries(points.map((point) => [JSON.stringify(point.attributes), figureOf(point)]));
    },
    /** All that was exported, to be searched. */
    async exported(): Promise<string> {
      await metering.forceFlush();
      const plain = spans
        .getFinishedSpans()
        .map(({ name, attributes, events, status }) => ({ name, attributes, events, status }));
      return JSON.stringify([plain, exporter.getMetrics().map(({ scopeMetrics }) => scopeMetrics)]);
    },
  };
}

function figureOf({ value }: DataPoint<number | Histogram | ExponentialHistogram>) {
  return typeof value === "number" ? value : { count: value.count, sum: value.sum ?? 0 };
}
