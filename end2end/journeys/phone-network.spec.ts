// The phone behind a network that fails: through a real proxy in front of the server (faulty.mjs).
import { devices, expect, test, type Browser } from "@playwright/test";
import { faulty } from "../faulty.mjs";
import { GUANDU, INSPECTORS, become } from "./people";
import { failFirst, passAll, readyForOffline, startNearest, stored, times } from "./steps";

const [HOUSING, MARKET, COMMERCE, EMERGENCY, FIRE] = INSPECTORS;

/** A phone of that person that reaches the server only through a proxy. */
async function behind(browser: Browser, server: string, phone: string, script?: () => void) {
  const proxy = await faulty(server);
  const context = await browser.newContext({
    ...devices["Pixel 7"],
    viewport: { width: 390, height: 844 },
    geolocation: GUANDU,
    permissions: ["geolocation", "camera"],
    locale: "zh-CN",
    timezoneId: "Asia/Shanghai",
    baseURL: proxy.url,
  });
  if (script) await context.addInitScript(script);
  await become(context, server, phone);
  const page = await context.newPage();
  const close = async () => {
    await context.close();
    await proxy.close();
  };
  return { proxy, context, page, close };
}

const isUpload = (request: { method?: string; url?: string }) =>
  request.method === "PUT" && /^\/(operations|photos)\//.test(request.url ?? "");

for (const fault of ["gateway", "portal", "portal-json", "cut", "lost", "twice", "slow", "hang"]) {
  test(`uploads over a network that fails (${fault}) arrive once, and nothing is called a refusal`, async ({ browser, baseURL }) => {
    test.setTimeout(120_000);
    const { proxy, page, close } = await behind(browser, baseURL!, MARKET);
    const description = `网络故障 ${fault} ${Date.now()}`;
    await readyForOffline(page);
    proxy.mode = (request) => (isUpload(request) ? fault : undefined);
    await startNearest(page);
    await failFirst(page, description);
    await passAll(page);
    await page.getByRole("button", { name: "提交检查" }).click();
    await page.waitForTimeout(4_000);
    await expect(page.getByText(/没有接受|不认识|不再上传|不能接收/)).toHaveCount(0);
    proxy.mode = () => undefined;
    await page.goto("/field/outbox");
    const now = page.getByRole("button", { name: "立即上传" });
    const done = page.getByText("全部内容都已上传");
    await expect(now.or(done).first()).toBeVisible();
    // It may be done by itself before the button is reached.
    if (await now.isVisible()) await now.click({ timeout: 5_000 }).catch(() => undefined);
    await expect(done).toBeVisible({ timeout: 60_000 });
    expect(await times(page, baseURL!, description)).toBe(1);
    await close();
  });
}

test("a photo that hangs holds up neither the records behind it nor 立即上传", async ({ browser, baseURL }) => {
  const { proxy, page, close } = await behind(browser, baseURL!, COMMERCE);
  await readyForOffline(page);
  proxy.mode = (request) => (request.url?.startsWith("/photos/") && request.method === "PUT" ? "hang" : undefined);
  for (const description of ["照片卡住一", "照片卡住二"]) {
    await startNearest(page);
    await failFirst(page, description);
    await passAll(page);
    await page.getByRole("button", { name: "提交检查" }).click();
    await expect(page.getByText(/正在等照片|正在上传/).first()).toBeVisible();
  }
  await expect.poll(() => times(page, baseURL!, "照片卡住二")).toBe(1);
  await page.goto("/field/outbox");
  // The page's own try hangs for so long that it is no longer young, and is given up for the new one.
  await page.waitForTimeout(5_000);
  proxy.mode = () => undefined;
  await page.getByRole("button", { name: "立即上传" }).click();
  await expect(page.getByText("全部内容都已上传")).toBeVisible({ timeout: 30_000 });
  await close();
});

test("an inspection is started while every request hangs, and while a gateway answers", async ({ browser, baseURL }) => {
  const { proxy, page, close } = await behind(browser, baseURL!, FIRE);
  await readyForOffline(page);
  for (const fault of ["hang", "gateway"]) {
    proxy.mode = (request) => (/^\/(api|changes|operations|photos)\//.test(request.url ?? "") ? fault : undefined);
    await startNearest(page);
    await expect(page.getByRole("radiogroup").first()).toBeVisible();
    await page.getByRole("button", { name: "检查人员" }).click();
    await expect(page.getByRole("dialog").getByRole("checkbox").nth(1)).toBeVisible();
    await page.getByRole("button", { name: "完成" }).click();
    await page.getByRole("button", { name: "放弃这次检查" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "放弃", exact: true }).click();
    await expect(page.getByRole("heading", { name: "工作台" })).toBeVisible();
  }
  await close();
});

test("every page is left while each of its requests hangs, and nothing breaks", async ({ browser, baseURL }) => {
  test.setTimeout(120_000);
  const { proxy, page, close } = await behind(browser, baseURL!, EMERGENCY);
  const failures: string[] = [];
  page.on("pageerror", (error) => failures.push(String(error)));
  page.on("console", (line) => line.text().includes("panicked") && failures.push(line.text()));
  await readyForOffline(page);
  await page.goto("/field/hazards");
  await page.getByRole("main").getByRole("link").first().click();
  const hazard = page.url();
  await page.goto("/field/enterprises");
  await page.getByRole("main").getByRole("listitem").first().getByRole("link").click();
  const enterprise = page.url();
  proxy.mode = (request) => (/^\/(api|changes|operations|photos)\//.test(request.url ?? "") ? "hang" : undefined);
  for (const address of ["/field", "/field/enterprises", "/field/enterprises/new", "/field/hazards", "/field/outbox", "/field/me", hazard, enterprise]) {
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    for (const button of ["同步用户刷新", "附近企业", "查询办理状态", "发起检查", "取现场定位"]) {
      const found = page.getByRole("main").getByRole("button", { name: button });
      if ((await found.count()) > 0 && (await found.first().isEnabled())) {
        await found.first().click();
        break;
      }
    }
    // A link of the app, not a new page: its code lives on.
    await page.evaluate(() => history.pushState({}, "", "/field/me"));
    await page.evaluate(() => dispatchEvent(new PopStateEvent("popstate")));
    await page.waitForTimeout(150);
  }
  // Now all that hung is answered, into pages that are gone.
  await proxy.close();
  await page.waitForTimeout(1_500);
  expect(failures).toEqual([]);
  await expect(page.locator("#crash")).toBeHidden();
  await close().catch(() => undefined);
});

/** Moves the clock of the page by what local storage says. */
function shiftClock() {
  const shift = Number(localStorage.getItem("test.shift") ?? 0);
  const Real = Date;
  globalThis.Date = class extends Real {
    constructor(...parts: []) {
      if (parts.length) super(...parts);
      else super(Real.now() + shift);
    }
    static now() {
      return Real.now() + shift;
    }
  } as DateConstructor;
}

for (const [name, days] of [["a day behind", -1], ["a day ahead", 1]] as const) {
  test(`a phone whose clock is ${name} files the visit at the true time`, async ({ browser, baseURL }) => {
    const { page, close } = await behind(browser, baseURL!, HOUSING, shiftClock);
    await page.goto("/field");
    await page.evaluate((shift) => localStorage.setItem("test.shift", String(shift)), days * 86_400_000);
    await page.reload();
    await readyForOffline(page);
    await startNearest(page);
    await failFirst(page, `时钟偏差 ${name}`);
    await passAll(page);
    await page.getByRole("button", { name: "提交检查" }).click();
    await expect(page.getByText("检查已提交")).toBeVisible({ timeout: 30_000 });
    const headers = { origin: baseURL!, "sec-fetch-site": "same-origin" };
    const rows = await (await page.request.post(`${baseURL}/api/hazards/mine`, { data: {}, headers })).json();
    const row = rows.find((row: { description: string }) => row.description === `时钟偏差 ${name}`);
    expect(Math.abs(row.found_at / 1000 - Date.now())).toBeLessThan(10 * 60_000);
    await close();
  });
}

test("a visit without network is filed at the true time by a phone whose clock is a day behind", async ({ browser, baseURL }) => {
  const { context, page, close } = await behind(browser, baseURL!, HOUSING, shiftClock);
  await page.goto("/field");
  await page.evaluate(() => localStorage.setItem("test.shift", String(-86_400_000)));
  await page.reload();
  await readyForOffline(page);
  await page.reload();
  await expect(page.getByText("待整改隐患").first()).toBeVisible();
  await context.setOffline(true);
  await page.reload();
  await startNearest(page);
  await failFirst(page, "离线且时钟慢一天");
  await passAll(page);
  await page.getByRole("button", { name: "提交检查" }).click();
  await expect(page.getByText(/等待上传/)).toBeVisible();
  await context.setOffline(false);
  await page.goto("/field/outbox");
  await expect(page.getByText("全部内容都已上传")).toBeVisible({ timeout: 60_000 });
  const headers = { origin: baseURL!, "sec-fetch-site": "same-origin" };
  const rows = await (await page.request.post(`${baseURL}/api/hazards/mine`, { data: {}, headers })).json();
  const row = rows.find((row: { description: string }) => row.description === "离线且时钟慢一天");
  expect(Math.abs(row.found_at / 1000 - Date.now())).toBeLessThan(10 * 60_000);
  await close();
});

test("a week without a network: the work waits, and goes out at the end", async ({ browser, baseURL }) => {
  const { context, page, close } = await behind(browser, baseURL!, COMMERCE, shiftClock);
  await readyForOffline(page);
  await page.reload();
  await context.setOffline(true);
  for (const day of [1, 4, 7]) {
    await page.evaluate((shift) => localStorage.setItem("test.shift", String(shift)), day * 86_400_000);
    await page.reload();
    await startNearest(page);
    await failFirst(page, `离线第 ${day} 天`);
    await passAll(page);
    await page.getByRole("button", { name: "提交检查" }).click();
    await expect(page.getByText(/等待上传/)).toBeVisible();
  }
  // The clock was right all along; the test's own was not. Back in time, nothing waits any longer than it would have.
  await page.evaluate(() => localStorage.setItem("test.shift", "0"));
  await context.setOffline(false);
  await page.goto("/field/outbox");
  const settled = page.getByText(/全部内容都已上传/).or(page.getByText(/待处理：/).first());
  await expect(settled.first()).toBeVisible({ timeout: 60_000 });
  expect(await stored(page, "drafts")).toBe("");
  await close();
});

test("a file of the outbox is delivered from another phone, and the first one lets go", async ({ browser, baseURL }) => {
  const first = await behind(browser, baseURL!, MARKET);
  await readyForOffline(first.page);
  await first.page.reload();
  await first.context.setOffline(true);
  const description = `代为上传 ${Date.now()}`;
  await startNearest(first.page);
  await failFirst(first.page, description);
  await passAll(first.page);
  await first.page.getByRole("button", { name: "提交检查" }).click();
  await expect(first.page.getByText(/等待上传/)).toBeVisible();
  await first.page.goto("/field/outbox");
  const [file] = await Promise.all([
    first.page.waitForEvent("download"),
    first.page.getByRole("button", { name: "导出全部未上传" }).click(),
  ]);
  const path = `${await file.path()}.ranan`;
  await file.saveAs(path);

  const second = await behind(browser, baseURL!, FIRE);
  await second.page.goto("/field/outbox");
  for (let n = 0; n < 2; n++) {
    await second.page.locator("input[type=file]").setInputFiles(path);
    await expect(second.page.getByText(/已上传：\d+ 条记录/)).toBeVisible({ timeout: 30_000 });
    await expect(second.page.getByText(/没有被接受|没有传完/)).toHaveCount(0);
  }
  expect(await times(first.page, baseURL!, description)).toBe(1);
  await first.context.setOffline(false);
  await expect(first.page.getByText("全部内容都已上传")).toBeVisible({ timeout: 30_000 });
  expect(await times(first.page, baseURL!, description)).toBe(1);
  await second.close();
  await first.close();
});

test("a gateway's page never becomes the app, its icons or its manifest", async ({ browser, baseURL }) => {
  const { proxy, page, close } = await behind(browser, baseURL!, HOUSING);
  proxy.mode = (request) =>
    /^\/(index\.html|icons\/|manifest)/.test(request.url ?? "") && request.headers["sec-fetch-dest"] === "empty" ? "portal" : undefined;
  await page.goto("/field");
  await expect(page.getByText("待整改隐患").first()).toBeVisible();
  await page.waitForTimeout(2_000);
  const kept = () => page.evaluate(async () => (await (await caches.match("/index.html"))?.text()) ?? "");
  expect(await kept()).not.toContain("sign in");
  proxy.mode = () => undefined;
  await page.reload();
  await expect.poll(kept, { timeout: 30_000 }).toContain("燃安");
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await close();
});
