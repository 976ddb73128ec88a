// A proxy in front of the server that fails as networks do. `faulty(target)` listens on a port of its own; `mode` is set by
// the test: a function of the request that names a fault, or nothing for an honest passage.
//
//   "hang"        the request is taken and never answered
//   "gateway"     502 with a page of HTML
//   "portal"      200 with a page of HTML, whatever was asked
//   "portal-json" 200 with JSON that is not the server's
//   "cut"         the upload is cut in the middle
//   "lost"        the server acts, its answer is lost
//   "twice"       the request reaches the server twice, the second answer comes back
//   "slow"        three seconds later
import { createServer, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

const PAGE = "<!doctype html><title>Gateway</title><h1>Please sign in to the network</h1>";

export async function faulty(target) {
  const proxy = { mode: () => undefined, seen: [] };
  const sockets = new Set();
  const server = createServer(async (incoming, outgoing) => {
    const fault = proxy.mode(incoming);
    proxy.seen.push(`${incoming.method} ${incoming.url} ${fault ?? ""}`.trim());
    if (fault === "hang") return;
    if (fault === "cut") {
      incoming.once("data", () => incoming.destroy());
      incoming.once("end", () => incoming.destroy());
      return;
    }
    if (fault === "gateway" || fault?.startsWith("portal")) {
      incoming.resume();
      const isJson = fault === "portal-json";
      outgoing.writeHead(fault === "gateway" ? 502 : 200, { "content-type": isJson ? "application/json" : "text/html" });
      outgoing.end(isJson ? '{"login":"required"}' : PAGE);
      return;
    }
    const chunks = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    if (fault === "slow") await wait(3_000);
    if (fault === "twice") await pass(target, incoming, body);
    const answer = await pass(target, incoming, body).catch(() => undefined);
    if (fault === "lost" || !answer) return void incoming.destroy();
    outgoing.writeHead(answer.status, answer.headers);
    outgoing.end(answer.body);
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  proxy.url = `http://127.0.0.1:${server.address().port}`;
  proxy.close = () => {
    for (const socket of sockets) socket.destroy();
    return new Promise((closed) => server.close(closed));
  };
  return proxy;
}

/** Sends a request on as it came, but for where it seems to come from: the server compares Origin and Host. */
function pass(target, incoming, body) {
  const { hostname, port } = new URL(target);
  return new Promise((resolve, reject) => {
    const { "accept-encoding": _, connection: __, ...headers } = incoming.headers;
    const sent = request({ hostname, port, path: incoming.url, method: incoming.method, headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
