// Accounts of the demonstration (server/services/src/seed), and ways to become one of them.
import { expect, type Browser, type BrowserContext, type Page } from "@playwright/test";
import { execFileSync } from "node:child_process";
import { randomInt, randomUUID } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const NATION = "13000000001";
export const PROVINCE = "13000000003";
export const PREFECTURE = "13000000005";
export const PREFECTURE_INSPECTOR = "13000000006";
export const COUNTY = "13000000009";
/** Inspectors of 官渡区, one for each department: housing, market regulation, commerce, emergency, … */
export const INSPECTORS = [10, 11, 12, 13, 14, 15, 16, 17].map((n) => `130000000${n}`);

/** Where 官渡区's enterprises of the demonstration lie around. */
export const GUANDU = { latitude: 25.015, longitude: 102.744, accuracy: 20 };

/** Signs in at the screen, as a person does. */
export async function signIn(page: Page, phone: string) {
  await page.goto("/login");
  await page.getByLabel("手机号").fill(phone);
  await page.getByRole("button", { name: "获取验证码" }).click();
  const hint = page.getByText(/演示验证码 \d{6}/);
  await expect(hint).toBeVisible();
  const code = (await hint.innerText()).match(/\d{6}/)![0];
  await page.getByLabel("验证码").fill(code);
  await page.getByRole("button", { name: "登录" }).click();
  await expect(page).not.toHaveURL(/\/login/);
  const session = (await page.context().cookies()).find(({ name }) => name === COOKIE);
  remember(`${new URL(page.url()).origin} ${phone}`, session!.value);
}

const COOKIE = "__Host-ranan";

// A number gets one code a minute: each account signs in once per run, and its cookie is used again, also by the workers
// that Playwright starts after a failure.
const kept = join(tmpdir(), `ranan-e2e-cookies-${process.ppid}.json`);
const cookies = (): Record<string, string> => (existsSync(kept) ? JSON.parse(readFileSync(kept, "utf8")) : {});
const remember = (key: string, value: string) => writeFileSync(kept, JSON.stringify({ ...cookies(), [key]: value }), { mode: 0o600 });

/** Makes the context someone's, without the screen. */
export async function become(context: BrowserContext, baseURL: string, phone: string) {
  const key = `${baseURL} ${phone}`;
  const headers = { origin: baseURL, "sec-fetch-site": "same-origin" };
  if (!cookies()[key]) {
    const sent = await context.request.post(`${baseURL}/api/session/request_code`, { data: { phone }, headers });
    expect(sent.ok(), await sent.text()).toBeTruthy();
    const code = (await sent.json()).demo_code;
    // A code is good for the browser that asked for it.
    const cookie = sent.headers()["set-cookie"].split(";")[0];
    const signingIn = { data: { phone, code }, headers: { ...headers, cookie } };
    const answer = await context.request.post(`${baseURL}/api/session/sign_in`, signingIn);
    expect(answer.ok(), await answer.text()).toBeTruthy();
    remember(key, answer.headers()["set-cookie"].split(";")[0].split("=")[1]);
  }
  const { hostname } = new URL(baseURL);
  const value = cookies()[key];
  await context.addCookies([{ name: COOKIE, value, domain: hostname, path: "/", secure: true, httpOnly: true, sameSite: "Lax" }]);
}

/** The number of an inspector of 官渡区 whom nobody else is, for journeys that count or end sessions. */
export async function newInspector(browser: Browser, baseURL: string): Promise<string> {
  const context = await browser.newContext({ baseURL });
  await become(context, baseURL, COUNTY);
  const phone = `139${String(randomInt(1e8)).padStart(8, "0")}`;
  const entry = { name: "新检查员", phone, department: "fire", is_internal: true };
  const post = { id: randomUUID(), role: "inspector", region: "530111" };
  const headers = { origin: baseURL, "sec-fetch-site": "same-origin" };
  const data = { id: randomUUID(), entry, post, identity: null };
  const answer = await context.request.post(`${baseURL}/api/people/add`, { data, headers });
  expect(answer.ok(), await answer.text()).toBeTruthy();
  await context.close();
  return phone;
}

/** Which cures 官渡区 wants a second look at: `never`, `major` or `all`. No screen sets it yet. */
export function setReview(baseURL: string, rule: string) {
  const address = readFileSync(join(tmpdir(), `ranan-e2e-${new URL(baseURL).port}.database`), "utf8");
  const sql = `insert into settings (region, name, value) values ('530111', 'review', '${rule}')
    on conflict (region, name) do update set value = excluded.value`;
  const path = address.replace(/^sqlite:\/\//, "");
  if (path === address) execFileSync("psql", [address, "-qc", sql]);
  else execFileSync("sqlite3", ["-cmd", ".timeout 10000", path, sql]);
}
