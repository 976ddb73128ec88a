// Journeys in Chromium against the real server, on each engine: the embedded one, and PostgreSQL where
// TEST_POSTGRES_URL names a server (postgres.sh brings one along).
import { defineConfig, devices } from "@playwright/test";
import { existsSync } from "node:fs";

const postgres = process.env.TEST_POSTGRES_URL;
if (process.env.CI && !postgres) throw new Error("TEST_POSTGRES_URL is not set: PostgreSQL would go untested");
const chromium = process.env.CHROMIUM ?? "/usr/bin/chromium";
const first = Number(process.env.E2E_PORT ?? 3101);
const engines = [{ name: "sqlite", port: first }, ...(postgres ? [{ name: "postgres", port: first + 1 }] : [])];

export default defineConfig({
  testDir: "journeys",
  outputDir: "test-results",
  snapshotPathTemplate: "{testDir}/snapshots/{testFileName}/{arg}{ext}",
  fullyParallel: false,
  workers: 1,
  forbidOnly: true,
  // A shared machine now and then starves a browser. What passes only at the second try is listed as flaky.
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      executablePath: existsSync(chromium) ? chromium : undefined,
      args: [
        "--no-sandbox",
        "--disable-quic",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
      ],
    },
  },
  projects: engines.flatMap(({ name, port }) => [
    { name: `main-${name}`, testMatch: /main-.*\.spec\.ts/, use: { baseURL: `http://127.0.0.1:${port}` } },
    {
      name: `desktop-${name}`,
      testMatch: ["desktop.spec.ts", "screens.desktop.spec.ts"],
      use: { ...devices["Desktop Chrome"], viewport: { width: 1440, height: 900 }, baseURL: `http://127.0.0.1:${port}` },
    },
    {
      name: `phone-${name}`,
      testMatch: ["phone.spec.ts", /phone-.*\.spec\.ts/, "screens.phone.spec.ts"],
      use: {
        ...devices["Pixel 7"],
        viewport: { width: 390, height: 844 },
        geolocation: { latitude: 25.015, longitude: 102.744, accuracy: 20 },
        permissions: ["geolocation", "camera"],
        baseURL: `http://127.0.0.1:${port}`,
      },
    },
  ]),
  webServer: engines.map(({ name, port }) => ({
    command: `node serve.mjs ${name} ${port}`,
    url: `http://127.0.0.1:${port}/healthz`,
    timeout: 120_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: "SIGTERM" as const, timeout: 5_000 },
  })),
});
