// serve.mjs ENGINE PORT: the real server on a fresh database of that engine, with the demonstration's data.
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [engine, port] = process.argv.slice(2);
const root = resolve(import.meta.dirname, "..");
const folder = mkdtempSync(join(tmpdir(), "ranan-e2e-"));

function database() {
  if (engine === "sqlite") return `sqlite://${folder}/ranan.db`;
  const server = process.env.TEST_POSTGRES_URL;
  const name = `e2e_${process.pid}_${Date.now()}`;
  execFileSync("psql", [server, "-qc", `create database ${name}`], { stdio: "inherit" });
  return server.replace(/\/[^/]*$/, `/${name}`);
}

const address = database();
// Where journeys find the database, for what no screen sets yet.
const told = join(tmpdir(), `ranan-e2e-${port}.database`);
writeFileSync(told, address);

const server = spawn(
  process.env.RANAN ?? join(root, "target/debug/ranan"),
  ["serve", "--demo", "--listen", `127.0.0.1:${port}`, "--database-url", address, "--photos", join(folder, "photos"),
    "--imports", join(folder, "imports"), "--site", join(root, "target/site"), "--metrics-listen", "off",
    "--codes-per-hour", "10000", "--sign-ins-per-hour", "10000"],
  { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, RANAN_LOG: process.env.RANAN_LOG ?? "warn" } },
);
for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => server.kill("SIGTERM"));
server.on("exit", (code) => {
  rmSync(folder, { recursive: true, force: true });
  rmSync(told, { force: true });
  process.exit(code ?? 0);
});
