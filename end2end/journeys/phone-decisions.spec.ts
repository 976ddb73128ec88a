// What is not over with its hand-in: the server has another version, the office decides, a photo cannot go, a person was
// entered anew; and the forms beside the inspection.
import { expect, test, type Browser, type Page } from "@playwright/test";
import { COUNTY, INSPECTORS, become } from "./people";
import { inspect, readyForOffline, stored, times } from "./steps";

const [HOUSING, MARKET, COMMERCE, EMERGENCY, FIRE] = INSPECTORS;

/** The office of the county, by its server functions. */
async function office(browser: Browser, baseURL: string) {
  const context = await browser.newContext({ baseURL });
  await become(context, baseURL, COUNTY);
  const headers = { origin: baseURL, "sec-fetch-site": "same-origin" };
  const call = async (path: string, data: object) => {
    const answer = await context.request.post(`${baseURL}/api/${path}`, { data, headers });
    expect(answer.ok(), await answer.text()).toBeTruthy();
    return answer.json();
  };
  return { call, close: () => context.close() };
}

/** What an operation on the phone's disk consists of, found by a word in it. */
async function envelope(page: Page, word: string) {
  const text = (await stored(page, "envelopes")).split("\n").find((text) => text.includes(word))!;
  return { text, id: JSON.parse(text).id as string };
}

for (const choice of ["保留服务器的", "作为新记录提交"] as const) {
  test(`other bytes under its id: both versions are shown, and ${choice} does what it says`, async ({ page, context, baseURL }) => {
    await become(context, baseURL!, FIRE);
    await readyForOffline(page);
    await page.reload();
    await context.setOffline(true);
    const [own, theirs] = [`本机所见${Date.now()}`, `服务器所存${Date.now()}`];
    await inspect(page, own);
    await expect(page.getByText(/等待上传/)).toBeVisible();
    const { text, id } = await envelope(page, own);
    const headers = { origin: baseURL!, "sec-fetch-site": "same-origin", "content-type": "application/json" };
    const filed = await page.request.put(`${baseURL}/operations/${id}`, { data: text.replace(own, theirs), headers });
    expect(filed.ok(), await filed.text()).toBeTruthy();

    await context.setOffline(false);
    await page.goto("/field/outbox");
    const conflict = page.getByRole("alert").filter({ hasText: "服务器上已有同一编号的另一份内容" });
    await expect(conflict).toContainText(own);
    await expect(conflict).toContainText(theirs);
    await page.getByRole("button", { name: choice }).click();
    if (choice === "保留服务器的") {
      await page.getByRole("dialog").getByRole("button", { name: choice }).click();
      await expect(page.getByText("全部内容都已上传")).toBeVisible();
    } else {
      await expect(page.getByLabel("隐患描述")).toHaveValue(own);
      await page.getByRole("button", { name: "提交检查" }).click();
      await expect(page.getByText("检查已提交")).toBeVisible();
    }
    expect(await times(page, baseURL!, own)).toBe(choice === "保留服务器的" ? 0 : 1);
    expect(await times(page, baseURL!, theirs)).toBe(1);
  });
}

test("what the office sends back opens again with its reason, and goes out anew", async ({ page, context, browser, baseURL }) => {
  await become(context, baseURL!, EMERGENCY);
  await readyForOffline(page);
  await page.goto("/field/enterprises");
  await page.getByRole("button", { name: "附近企业" }).click();
  await expect(page.getByText("已按远近排列")).toBeVisible();
  const nearest = page.getByRole("main").getByRole("listitem").filter({ hasText: "餐饮企业" }).first().getByRole("link");
  const enterprise = (await nearest.getAttribute("href"))!.split("/").pop()!;
  await context.setOffline(true);
  const { call, close } = await office(browser, baseURL!);
  await call("enterprises/close", { id: enterprise, is_closed: true });

  const description = `停业后仍在经营${Date.now()}`;
  await inspect(page, description);
  await expect(page.getByText(/等待上传/)).toBeVisible();
  const { id } = await envelope(page, description);
  await context.setOffline(false);
  await page.goto("/field/outbox");
  await expect(page.getByText(/^待处理：该企业在检查之前已标记停业/)).toBeVisible();
  await call("operations/return", { id, reason: "请写明经营情况" });
  await page.getByRole("button", { name: "查询办理状态" }).click();
  await expect(page.getByText("全部内容都已上传")).toBeVisible();

  await page.goto("/field");
  await page.getByRole("link", { name: /继续：/ }).first().click();
  await expect(page.getByText("退回：请写明经营情况")).toBeVisible();
  // What is answered is folded.
  await page.getByText("商务", { exact: true }).click();
  await expect(page.getByRole("img", { name: "隐患照片" })).toBeVisible();
  await page.getByLabel("隐患描述").fill(`${description}，夜间开门`);
  await call("enterprises/close", { id: enterprise, is_closed: false });
  await close();
  await page.getByRole("button", { name: "提交检查" }).click();
  await expect(page.getByText("检查已提交")).toBeVisible();
  expect(await times(page, baseURL!, description)).toBe(0);
  expect(await times(page, baseURL!, `${description}，夜间开门`)).toBe(1);
});

for (const [what, bytes, says] of [
  ["gone from the phone", null, "有 1 张照片已不在本机"],
  ["no picture any more", [1, 2, 3], "有照片服务器不能接收"],
] as const) {
  test(`a photo that is ${what} is named, and its record is kept without it when told to`, async ({ page, context, baseURL }) => {
    await become(context, baseURL!, MARKET);
    await readyForOffline(page);
    await page.reload();
    await context.setOffline(true);
    const description = `照片有误${Date.now()}`;
    await inspect(page, description);
    await expect(page.getByText(/等待上传/)).toBeVisible();
    await page.evaluate(
      (bytes) =>
        new Promise((done) => {
          const open = indexedDB.open("ranan");
          open.onsuccess = () => {
            const change = open.result.transaction("photos", "readwrite");
            const photos = change.objectStore("photos");
            photos.getAllKeys().onsuccess = ({ target }) => {
              for (const key of (target as IDBRequest<IDBValidKey[]>).result) {
                if (bytes) photos.put(new Uint8Array(bytes).buffer, key);
                else photos.delete(key);
              }
            };
            change.oncomplete = () => (open.result.close(), done(0));
          };
        }),
      bytes,
    );
    await context.setOffline(false);
    await page.goto("/field/outbox");
    await expect(page.getByText(says)).toBeVisible();
    await expect(page.getByText("记录已到服务器。")).toBeVisible();
    await page.getByRole("button", { name: "重试照片" }).click();
    await expect(page.getByText(says)).toBeVisible();
    await page.getByRole("button", { name: "只保留记录" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "只保留记录" }).click();
    await expect(page.getByText("全部内容都已上传")).toBeVisible();
    expect(await times(page, baseURL!, description)).toBe(1);
  });
}

test("what is added to a hazard beside an inspection joins its history, with its photo", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COMMERCE);
  await page.goto("/field/hazards");
  await page.getByRole("main").getByRole("link").first().click();
  await page.getByText("补充记录", { exact: true }).click();
  await page.getByRole("button", { name: "提交补充" }).click();
  await expect(page.locator(".form-error").first()).toBeVisible();
  const text = `已贴封条${Date.now()}`;
  await page.getByLabel("补充内容").fill(text);
  await page.getByRole("button", { name: "补充拍照" }).click();
  await page.getByRole("button", { name: "按下快门" }).click();
  await expect(page.getByRole("img", { name: "补充照片" })).toBeVisible();
  await page.reload();
  // What was begun is open, and needs no tap to be found again.
  await expect(page.getByLabel("补充内容")).toBeVisible();
  await expect(page.getByLabel("补充内容")).toHaveValue(text);
  await page.getByRole("button", { name: "提交补充" }).click();
  await expect(page.getByText("补充已提交")).toBeVisible();
  await expect(page.getByLabel("补充内容")).toHaveValue("");
  await page.goto("/field/outbox");
  await expect(page.getByText("全部内容都已上传")).toBeVisible();
  await page.goBack();
  await expect(page.getByText(text)).toBeVisible();
});

test("an older window that holds the phone's storage is named, and closing it is the cure", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, HOUSING);
  const older = await context.newPage();
  await older.goto("/healthz");
  await older.evaluate(
    () =>
      new Promise((done) => {
        const open = indexedDB.open("ranan", 1);
        open.onsuccess = () => done(((globalThis as any).held = open.result) && 0);
      }),
  );
  await page.goto("/field");
  await expect(page.getByText("另一窗口还开着旧版本，本机存储不能升级")).toBeVisible();
  await older.close();
  await expect(page.getByText("另一窗口还开着旧版本")).toHaveCount(0);
  await readyForOffline(page);
});

test("somebody who was deleted and entered again hands in what they did before", async ({ page, context, browser, baseURL }) => {
  test.setTimeout(240_000);
  const { call, close } = await office(browser, baseURL!);
  const phone = `139${String(Date.now()).slice(-8)}`;
  const entry = { name: "重录人", phone, department: "fire", is_internal: true };
  const enter = () =>
    call("people/add", {
      id: crypto.randomUUID(),
      entry,
      post: { id: crypto.randomUUID(), role: "inspector", region: "530111" },
      identity: null,
    });
  const person = await enter();
  const signIn = async () => {
    await page.getByLabel("手机号").fill(phone);
    await page.getByRole("button", { name: "获取验证码" }).click();
    const code = (await page.getByText(/演示验证码 \d{6}/).innerText({ timeout: 3_000 })).match(/\d{6}/)![0];
    await page.getByLabel("验证码").fill(code);
    await page.getByRole("button", { name: "登录" }).click();
    await expect(page).not.toHaveURL(/\/login/);
  };
  await page.goto("/login");
  await signIn();
  await readyForOffline(page);
  await page.reload();
  await context.setOffline(true);
  const description = `重录之前${Date.now()}`;
  await inspect(page, description);
  await expect(page.getByText(/等待上传/)).toBeVisible();

  const posts = person.posts.map((post: { id: string }) => post.id);
  await call("people/delete", { event: crypto.randomUUID(), id: person.id, posts, successor: null });
  await context.setOffline(false);
  await page.goto("/field/outbox");
  await expect(page.getByText("登录已失效。已填写的内容都在本机")).toBeVisible();
  await expect(page.getByText(/^检查：/)).toBeVisible();
  expect((await enter()).id).toBe(person.id);
  await close();
  // A number gets one code a minute.
  await expect(async () => {
    await page.goto("/field/outbox");
    await page.getByRole("link", { name: "重新登录" }).click();
    await signIn();
  }).toPass({ timeout: 120_000, intervals: [5_000] });
  await page.goto("/field/outbox");
  await expect(page.getByText("全部内容都已上传")).toBeVisible({ timeout: 30_000 });
  expect(await times(page, baseURL!, description)).toBe(1);
});
