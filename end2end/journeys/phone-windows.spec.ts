// Drafts of a phone: two windows on one, a kill at every step, a person whose name was corrected.
import { expect, test, type BrowserContext, type Page } from "@playwright/test";
import { COUNTY, INSPECTORS, become } from "./people";
import { failFirst, passAll, readyForOffline, startNearest, stored } from "./steps";

const [HOUSING, MARKET, COMMERCE, , FIRE] = INSPECTORS;

/** Kills the window as a phone does that runs out of memory, and opens another. */
async function killed(context: BrowserContext, page: Page): Promise<Page> {
  const again = await context.newPage();
  await Promise.all([page.waitForEvent("crash"), page.goto("chrome://crash").catch(() => undefined)]);
  await page.close();
  return again;
}

test("two windows on one draft: one writes, the other looks on until it takes over", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, MARKET);
  await startNearest(page);
  await failFirst(page, "第一窗口写的");
  await expect.poll(() => stored(page)).toContain("第一窗口写的");
  const second = await context.newPage();
  await second.goto(page.url());
  await expect(second.getByText("正在另一窗口填写")).toBeVisible();
  await page.getByLabel("隐患描述").fill("第一窗口后来写的");
  await expect.poll(() => stored(page)).toContain("第一窗口后来写的");

  await second.getByRole("button", { name: "在此继续" }).click();
  await expect(second.getByLabel("隐患描述")).toHaveValue("第一窗口后来写的");
  await expect(page.getByText("正在另一窗口填写")).toBeVisible();
  await second.getByLabel("隐患描述").fill("第二窗口接着写的");
  await expect.poll(() => stored(second)).toContain("第二窗口接着写的");
  await passAll(second);
  await second.getByRole("button", { name: "提交检查" }).click();
  await expect(second.getByText("检查已提交")).toBeVisible();

  // The stale window does not bring the draft back.
  await page.evaluate(() => {
    const box = document.querySelector("textarea")!;
    box.value = "旧窗口又写的";
    box.dispatchEvent(new Event("input", { bubbles: true }));
  });
  await page.waitForTimeout(800);
  expect(await stored(page)).not.toContain("旧窗口又写的");
  expect(await stored(page, "operations")).not.toContain("检查");
  await page.goto("/field");
  await expect(page.getByText(/继续：/)).toHaveCount(0);
});

test("a kill at every step of an inspection without network loses nothing", async ({ page: first, context, baseURL }) => {
  test.setTimeout(180_000);
  await become(context, baseURL!, COMMERCE);
  await readyForOffline(first);
  await first.reload();
  await context.setOffline(true);
  await startNearest(first);
  const address = first.url();
  await expect(first.getByRole("radiogroup").first()).toBeVisible();
  await expect.poll(() => stored(first, "operations")).toContain("begun");

  let page = await killed(context, first);
  await page.goto(address);
  await page.getByRole("radiogroup").first().getByRole("radio", { name: "不合格" }).check();
  await expect.poll(() => stored(page)).toContain("fail");

  page = await killed(context, page);
  await page.goto(address);
  await page.getByLabel("隐患描述").fill("阀门关不严");
  await expect.poll(() => stored(page)).toContain("阀门关不严");

  page = await killed(context, page);
  await page.goto(address);
  await expect(page.getByLabel("隐患描述")).toHaveValue("阀门关不严");
  await page.getByRole("button", { name: "拍照" }).click();
  await page.getByRole("button", { name: "按下快门" }).click();
  await expect(page.getByRole("img", { name: "隐患照片" })).toBeVisible();
  await expect.poll(() => stored(page)).toMatch(/"photos":\["[0-9a-f]{64}"\]/);

  page = await killed(context, page);
  await page.goto(address);
  await expect(page.getByRole("img", { name: "隐患照片" })).toBeVisible();
  await passAll(page);
  await page.getByRole("button", { name: "提交检查" }).click();
  await expect(page.getByText(/等待上传/)).toBeVisible();

  page = await killed(context, page);
  await page.goto("/field/outbox");
  await expect(page.getByText(/^检查：/)).toBeVisible();
  await expect(page.getByText(/照片 0\/1/)).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText("全部内容都已上传")).toBeVisible({ timeout: 60_000 });
  expect(await stored(page)).toBe("");
});

test("a page that goes away in the middle of a saving loses nothing", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, HOUSING);
  await page.goto("/field/enterprises/new");
  await expect(page.getByLabel("企业名称")).toBeVisible();
  // The disk is slow: what a saving asks it is answered when the page is gone.
  await page.evaluate(() => {
    const get = IDBObjectStore.prototype.get;
    IDBObjectStore.prototype.get = function (key) {
      const request = get.call(this, key);
      if (this.name === "drafts" && this.transaction.mode === "readwrite") {
        request.addEventListener("success", (event) => event.stopImmediatePropagation());
        document.documentElement.dataset.disk = "saving";
      }
      return request;
    };
  });
  await page.getByLabel("企业名称").fill("半路关页小店");
  await expect(page.locator("html")).toHaveAttribute("data-disk", "saving");
  await page.reload();
  await expect(page.getByLabel("企业名称")).toHaveValue("半路关页小店");
});

test("a page that comes back after it went away keeps the last text, and its draft", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, HOUSING);
  await page.goto("/field/enterprises/new");
  await page.getByLabel("企业名称").fill("第一个名字");
  await expect.poll(() => stored(page)).toContain("第一个名字");
  // While a saving asks the disk, a newer text comes and the page goes away. It comes back, and the saving was cut short:
  // its transaction takes nothing any more.
  await page.evaluate(() => {
    const get = IDBObjectStore.prototype.get;
    IDBObjectStore.prototype.get = function (key) {
      const request = get.call(this, key);
      if (this.name === "drafts" && this.transaction.mode === "readwrite") {
        IDBObjectStore.prototype.get = get;
        const hold = (event: Event) => event.stopImmediatePropagation();
        request.addEventListener("success", hold, { once: true });
        const box = [...document.querySelectorAll("input")].find((input) => input.value === "第二个名字")!;
        box.value = "第三个名字";
        box.dispatchEvent(new Event("input", { bubbles: true }));
        setTimeout(() => window.dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })), 50);
        setTimeout(() => request.dispatchEvent(new Event("success")), 400);
      }
      return request;
    };
  });
  await page.getByLabel("企业名称").fill("第二个名字");
  await expect.poll(() => stored(page)).toContain("第三个名字");
  // What failed is tried again after two seconds.
  await page.waitForTimeout(3_000);
  expect(await stored(page)).toContain("第三个名字");
  await page.getByLabel("企业名称").fill("第四个名字");
  await expect.poll(() => stored(page)).toContain("第四个名字");
  await expect(page.getByText("正在另一窗口填写")).toHaveCount(0);
});

test("a page that is killed as its receipt comes leaves nothing half done", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, HOUSING);
  await page.goto("/field/enterprises/new");
  await page.getByLabel("企业名称").fill(`收据小店${Date.now() % 100000}`);
  await page.getByLabel("企业类型").selectOption({ label: "餐饮企业" });
  await page.getByLabel("企业住所").fill("官渡区新街 9 号");
  await page.getByLabel("法人代表").fill("王测试");
  await page.getByLabel("社会统一信用代码").fill("13900000009");
  // The first thing that the page writes about an operation after its answer is the last that it writes at all.
  await page.evaluate(() => {
    const [ask, begin] = [window.fetch, IDBDatabase.prototype.transaction];
    let state: "unanswered" | "answered" | "dead" = "unanswered";
    window.fetch = async (...args) => {
      const answer = await ask(...args);
      const request = args[0] as Request;
      if (request.method === "PUT" && request.url.includes("/operations/")) state = "answered";
      return answer;
    };
    IDBDatabase.prototype.transaction = function (stores, mode, options) {
      if (state === "dead") throw new DOMException("killed");
      const transaction = begin.call(this, stores, mode, options);
      if (state === "answered" && mode === "readwrite" && [stores].flat().includes("operations")) {
        state = "dead";
        transaction.addEventListener("complete", () => (document.documentElement.dataset.disk = "killed"));
      }
      return transaction;
    };
  });
  await page.getByRole("button", { name: "增加" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-disk", "killed");
  await page.goto("/field/outbox");
  await expect(page.getByText("全部内容都已上传")).toBeVisible();
  expect(await stored(page, "operations")).toBe("");
  expect(await stored(page, "receipts")).toContain("收据小店");
});

test("a photo without a draft is offered back, and deleted only when told to", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, FIRE);
  await page.goto("/field/outbox");
  await expect(page.getByText("全部内容都已上传")).toBeVisible();
  await page.evaluate(
    () =>
      new Promise((done) => {
        const open = indexedDB.open("ranan");
        open.onsuccess = () => {
          const change = open.result.transaction("photos", "readwrite");
          change.objectStore("photos").put(new Uint8Array([1, 2, 3]).buffer, "ab".repeat(32));
          change.oncomplete = () => (open.result.close(), done(0));
        };
      }),
  );
  await page.reload();
  await expect(page.getByText("有 1 张照片没有归属")).toBeVisible();
  await page.getByRole("button", { name: "删除", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "删除", exact: true }).click();
  await expect(page.getByText(/张照片没有归属/)).toHaveCount(0);
});

test("what another version wrote is listed, and the phone does not say that all is synchronized", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, FIRE);
  await page.goto("/field/outbox");
  await expect(page.getByText("全部内容都已上传")).toBeVisible();
  await page.evaluate(
    () =>
      new Promise((done) => {
        const open = indexedDB.open("ranan");
        open.onsuccess = () => {
          const change = open.result.transaction("drafts", "readwrite");
          change.objectStore("drafts").put('{"format":99,"draft":{"patrol":{}}}', "patrol/1");
          change.oncomplete = () => (open.result.close(), done(0));
        };
      }),
  );
  await page.reload();
  await expect(page.getByText(/无法识别的记录 1 条/)).toBeVisible();
  await expect(page.getByText("已同步")).toHaveCount(0);
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "导出全部未上传" }).click()]);
  const { readFileSync } = await import("node:fs");
  expect(readFileSync(await file.path(), "utf8")).toContain('{"format":99,"draft":{"patrol":{}}}');
});

test("a newer window upgrades the phone's storage while an older one is open, and each says so", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, FIRE);
  await page.goto("/field");
  await expect(page.getByText("待整改隐患").first()).toBeVisible();
  const upgraded = await page.evaluate(
    () =>
      new Promise<string>((done) => {
        const open = indexedDB.open("ranan", 3);
        open.onsuccess = () => (open.result.close(), done("upgraded"));
        open.onerror = () => done(String(open.error));
        setTimeout(() => done("blocked"), 5_000);
      }),
  );
  expect(upgraded).toBe("upgraded");
  await expect(page.getByText("本机存储已由新版本打开")).toBeVisible();
  await page.reload();
  await expect(page.getByText("本机存储已由新版本打开")).toBeVisible();
});

test("a person whose name was corrected goes on with the draft", async ({ page, context, baseURL, browser }) => {
  await become(context, baseURL!, HOUSING);
  await startNearest(page);
  await failFirst(page, "改名之前写的");
  await expect.poll(() => stored(page)).toContain("改名之前写的");

  const office = await browser.newContext({ baseURL });
  await become(office, baseURL!, COUNTY);
  const call = async (path: string, data: object) => {
    const headers = { origin: baseURL!, "sec-fetch-site": "same-origin" };
    const answer = await office.request.post(`${baseURL}/api/${path}`, { data, headers });
    expect(answer.ok(), await answer.text()).toBeTruthy();
    return answer.json();
  };
  const me = await page.evaluate(() => JSON.parse(localStorage.getItem("ranan.me")!).me);
  const entry = { name: `${me.name}改`, phone: "", department: me.department.code, is_internal: me.is_internal };
  await call("people/edit", { id: me.id, entry, corrections: [] });

  await page.goto("/field");
  await page.getByRole("button", { name: "同步用户刷新" }).click();
  await expect(page.getByText("已同步：")).toBeVisible();
  await page.getByRole("link", { name: /继续：/ }).first().click();
  await expect(page.getByLabel("隐患描述")).toHaveValue("改名之前写的");
  await call("people/edit", { id: me.id, entry: { ...entry, name: me.name }, corrections: [] });
  await office.close();
});
