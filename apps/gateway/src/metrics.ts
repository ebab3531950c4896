/** Figures for operators, on a port of their own that only this machine reaches: counts and sizes, no names. */
import { createServer, type Server } from "node:http";
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import { listen } from "./http/listen.ts";

/** What is measured. */
export interface Metrics {
  /** Called for every answer. */
  readonly answered: (answer: { readonly route: string; readonly status: number; readonly seconds: number }) => void;
  /** Where capabilities add their own figures. */
  readonly registry: Registry;
  /** Serves `/metrics` on the loopback address. */
  readonly serve: (port: number) => Promise<Server>;
}

/** Metrics of one gateway. */
export function createMetrics({ waiting }: { readonly waiting: () => number }): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const answers = new Counter({
    name: "coterie_http_answers_total",
    help: "Answers by kind of request and status",
    labelNames: ["route", "status"],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: "coterie_http_answer_seconds",
    help: "Time from request to answer",
    labelNames: ["route"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  const gauge: Gauge = new Gauge({
    name: "coterie_waiting_submissions",
    help: "Submissions that wait for their commit",
    registers: [registry],
    collect: () => gauge.set(waiting()),
  });
  return {
    registry,
    answered: (answer) => {
      answers.inc({ route: answer.route, status: String(answer.status) });
      seconds.observe({ route: answer.route }, answer.seconds);
    },
    serve: async (port) => {
      const server = createServer((request, response) => {
        if (request.url !== "/metrics") response.writeHead(404).end();
        else {
          registry.metrics().then(
            (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
            () => response.writeHead(500).end(),
          );
        }
      });
      await listen(server, { host: "127.0.0.1", port });
      return server;
    },
  };
}
