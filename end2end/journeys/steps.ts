// Steps that journeys share.
import { expect, request, type Page } from "@playwright/test";
import { check } from "./screens";

/** Opens the nearest restaurant and starts an inspection of it; gives its name. */
export async function startNearest(page: Page): Promise<string> {
  await page.goto("/field/enterprises");
  await page.getByRole("button", { name: "附近企业" }).click();
  await expect(page.getByText("已按远近排列")).toBeVisible();
  await page.getByRole("main").getByRole("listitem").filter({ hasText: "餐饮企业" }).first().getByRole("link").click();
  await expect(page.getByRole("heading", { name: "企业详情" })).toBeVisible();
  const name = await page.getByRole("main").getByRole("heading").first().innerText();
  await page.getByRole("button", { name: "发起检查" }).click();
  await page.waitForURL(/\/field\/inspections\//);
  return name;
}

/** Passes whatever is not answered. */
export async function passAll(page: Page) {
  const rest = page.getByRole("button", { name: "本组其余全部合格" });
  await expect(rest.first()).toBeVisible();
  while ((await rest.count()) > 0) await rest.first().click();
}

/** Reports a hazard with a photo at the first item. */
export async function failFirst(page: Page, description: string) {
  await page.getByRole("radiogroup").first().getByRole("radio", { name: "不合格" }).check();
  await page.getByLabel("隐患描述").fill(description);
  await page.getByRole("button", { name: "拍照" }).click();
  await page.getByRole("button", { name: "按下快门" }).click();
  await expect(page.getByRole("img", { name: "隐患照片" }).first()).toBeVisible();
}

/** Hands in a whole inspection of the nearest restaurant, with this hazard. */
export async function inspect(page: Page, description: string) {
  await startNearest(page);
  await failFirst(page, description);
  await passAll(page);
  await page.getByRole("button", { name: "提交检查" }).click();
}

/** How often the server has the hazard of this description. */
export async function times(page: Page, server: string, description: string): Promise<number> {
  const headers = { origin: server, "sec-fetch-site": "same-origin" };
  const answer = await page.request.post(`${server}/api/hazards/mine`, { data: {}, headers });
  return (await answer.json()).filter((row: { description: string }) => row.description === description).length;
}

/** Waits until the service worker has taken over and the phone holds what an inspection needs. */
export async function readyForOffline(page: Page) {
  await page.goto("/field");
  await expect(page.getByText("待整改隐患").first()).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.getByRole("button", { name: "同步用户刷新" }).click();
  await expect(page.getByText("已同步：")).toBeVisible();
  await expect.poll(() => page.evaluate(() => caches.keys().then((keys) => keys.length))).toBeGreaterThan(0);
}

/** Everything of one store on the phone's disk, as text. */
export const stored = (page: Page, store = "drafts") =>
  page.evaluate(
    (store) =>
      new Promise<string>((resolve, reject) => {
        const open = indexedDB.open("ranan");
        open.onerror = () => reject(open.error);
        open.onsuccess = () => {
          const all = open.result.transaction(store).objectStore(store).getAll();
          all.onsuccess = () => {
            open.result.close();
            resolve(all.result.join("\n"));
          };
          all.onerror = () => reject(all.error);
        };
      }),
    store,
  );

/** Signs in once more with this browser, as on another device: the session before stays open. */
export async function signInAgain(page: Page, phone: string) {
  const status = await page.evaluate(async (phone) => {
    const post = async (path: string, body: object) => {
      const headers = { "content-type": "application/json" };
      return fetch(`/api/session/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    };
    const { demo_code: code } = await (await post("request_code", { phone })).json();
    return (await post("sign_in", { phone, code })).status;
  }, phone);
  expect(status).toBe(200);
}

/** 登录设备: another session of one's own is seen and ended, and the present one goes on. */
export async function endTheOther(page: Page, phone: string) {
  const token = async () => (await page.context().cookies()).find(({ name }) => name === "__Host-ranan")!.value;
  const before = await token();
  await signInAgain(page, phone);
  await page.getByRole("button", { name: "登录设备" }).click();
  const dialog = page.getByRole("dialog", { name: "登录设备" });
  await expect(dialog.getByRole("listitem")).toHaveCount(2);
  await expect(dialog.getByText("本机")).toHaveCount(1);
  await check(page, "登录设备");
  await dialog.getByRole("button", { name: /^结束 .* 的登录$/ }).click();
  await expect(dialog.getByRole("listitem")).toHaveCount(1);
  await expect(dialog.getByRole("listitem")).toContainText("本机");
  await expect(dialog.getByRole("button", { name: "结束其他全部登录" })).toHaveCount(0);
  await dialog.getByRole("button", { name: "关闭" }).click();
  await expect(dialog).toHaveCount(0);
  const status = async (token: string) => {
    const { origin } = new URL(page.url());
    const headers = { origin, cookie: `__Host-ranan=${token}`, "sec-fetch-site": "same-origin" };
    const fresh = await request.newContext();
    const answer = await fresh.post(`${origin}/api/session/me`, { data: {}, headers });
    await fresh.dispose();
    return answer.status();
  };
  expect([await status(before), await status(await token())]).toEqual([401, 200]);
}
