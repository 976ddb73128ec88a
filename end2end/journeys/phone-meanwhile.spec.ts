// What was begun on the phone, when the world moved on meanwhile: it is never out of reach.
import { randomUUID } from "node:crypto";
import { expect, test, type Browser, type Page } from "@playwright/test";
import { COUNTY, INSPECTORS, become } from "./people";
import { inspect, readyForOffline, stored } from "./steps";

const [HOUSING, MARKET, COMMERCE] = INSPECTORS;

/** The hazard of this description, voided by the office of the county. */
async function voided(browser: Browser, baseURL: string, id: string) {
  const context = await browser.newContext({ baseURL });
  await become(context, baseURL, COUNTY);
  const headers = { origin: baseURL, "sec-fetch-site": "same-origin" };
  const data = { event: randomUUID(), id, reason: "登记有误" };
  const answer = await context.request.post(`${baseURL}/api/hazards/void`, { data, headers });
  expect(answer.ok(), await answer.text()).toBeTruthy();
  await context.close();
}

/** Finds a hazard and opens its page; gives its id. */
async function find(page: Page, description: string): Promise<string> {
  await inspect(page, description);
  await expect(page.getByText("检查已提交")).toBeVisible();
  await page.goto("/field/hazards");
  await page.getByRole("link", { name: new RegExp(description) }).click();
  await expect(page.getByRole("heading", { name: "隐患详情" })).toBeVisible();
  return new URL(page.url()).pathname.split("/").pop()!;
}

async function photograph(page: Page, button: string, name: string) {
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("button", { name: "按下快门" }).click();
  await expect(page.getByRole("img", { name }).first()).toBeVisible();
}

async function fillCure(page: Page, text: string) {
  await page.getByLabel("整改情况").fill(text);
  await photograph(page, "整改后照片", "整改后的照片");
  await page.getByRole("group", { name: "管控措施" }).getByRole("checkbox", { name: "当场整改" }).check();
  await page.getByRole("group", { name: "处罚方式" }).getByRole("checkbox", { name: "未处罚" }).check();
}

test("a note that was begun is filed after somebody closed the hazard", async ({ page, context, browser, baseURL }) => {
  await become(context, baseURL!, HOUSING);
  const [description, text] = [`软管过长${Date.now()}`, `已贴封条${Date.now()}`];
  const id = await find(page, description);
  await page.getByText("补充记录", { exact: true }).click();
  await page.getByLabel("补充内容").fill(text);
  await photograph(page, "补充拍照", "补充照片");
  await expect.poll(() => stored(page)).toContain(text);
  await voided(browser, baseURL!, id);

  await page.goto("/field");
  await page.getByRole("link", { name: new RegExp(`继续：.*${description}`) }).click();
  await expect(page.getByText("补充仍可提交")).toBeVisible();
  await expect(page.getByLabel("补充内容")).toHaveValue(text);
  await expect(page.getByRole("img", { name: "补充照片" })).toBeVisible();
  await page.getByRole("button", { name: "提交补充" }).click();
  await page.goto("/field/outbox");
  await expect(page.getByText("全部内容都已上传")).toBeVisible();
  await page.goto(`/field/hazards/${id}`);
  await expect(page.getByText(text)).toBeVisible();
});

for (const choice of ["作为补充提交", "放弃整改草稿"] as const) {
  test(`a cure that came too late is shown, and ${choice} does what it says`, async ({ page, context, browser, baseURL }) => {
    await become(context, baseURL!, MARKET);
    const [description, text] = [`阀门锈蚀${Date.now()}`, `已更换阀门${Date.now()}`];
    const id = await find(page, description);
    await page.getByLabel("整改情况").fill(text);
    await photograph(page, "整改后照片", "整改后的照片");
    await expect.poll(() => stored(page)).toContain(text);
    await voided(browser, baseURL!, id);

    await page.goto("/field");
    await page.getByRole("link", { name: new RegExp(`继续：.*${description}`) }).click();
    await expect(page.getByText("您在本机填写的这份整改没有提交")).toBeVisible();
    await expect(page.getByLabel("整改情况")).toHaveValue(text);
    await expect(page.getByRole("img", { name: "整改后的照片" })).toBeVisible();
    await page.getByRole("button", { name: choice }).click();
    if (choice === "作为补充提交") {
      await page.goto("/field/outbox");
      await expect(page.getByText("全部内容都已上传")).toBeVisible();
      await page.goto(`/field/hazards/${id}`);
      await expect(page.getByText(text)).toBeVisible();
    } else {
      const dialog = page.getByRole("dialog", { name: choice });
      await dialog.getByRole("button", { name: "取消" }).click();
      await expect(page.getByLabel("整改情况")).toHaveValue(text);
      await page.getByRole("button", { name: choice }).click();
      await dialog.getByRole("button", { name: "放弃", exact: true }).click();
      await expect(page.getByLabel("整改情况")).toHaveCount(0);
      expect(await stored(page)).not.toContain(text);
    }
  });
}

test("without a network a whole cure follows a partial one, and both arrive in their order", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COMMERCE);
  await readyForOffline(page);
  const description = `气瓶倒放${Date.now()}`;
  const id = await find(page, description);
  await page.reload();
  await expect(page.getByLabel("整改情况")).toBeVisible();
  await context.setOffline(true);
  await fillCure(page, "先搬走一半");
  await page.getByRole("radio", { name: "部分整改" }).check();
  await page.getByRole("button", { name: "提交整改" }).click();
  await expect(page.getByText("有一份部分整改还没有完成上传")).toBeVisible();
  await expect(page.getByLabel("整改情况")).toHaveValue("");
  await fillCure(page, "全部搬走");
  await page.getByRole("button", { name: "提交整改" }).click();
  await expect(page.getByLabel("整改情况")).toHaveCount(0);
  await context.setOffline(false);
  await page.goto("/field/outbox");
  await expect(page.getByText("全部内容都已上传")).toBeVisible({ timeout: 30_000 });
  await page.goto(`/field/hazards/${id}`);
  // Another journey may have turned the review on in this county.
  await expect(page.getByText(/^(已销号|待复核)$/).first()).toBeVisible();
  const story = await page.getByRole("main").innerText();
  expect(story).toMatch(/先搬走一半[\s\S]*全部搬走|全部搬走[\s\S]*先搬走一半/);
});

test("a text beyond the bound is kept whole, counted and told", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COMMERCE);
  await find(page, `标识缺失${Date.now()}`);
  await page.getByLabel("整改情况").fill("改".repeat(1005));
  await expect(page.getByText("已写 1005 字，最多 1000 字")).toBeVisible();
  await page.getByRole("button", { name: "提交整改" }).click();
  await expect(page.getByText("整改情况不能超过 1000 个字")).toBeVisible();
  await expect(page.getByLabel("整改情况")).toHaveValue("改".repeat(1005));
});

test("what was added here is listed whatever is searched for, until the server has it", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, HOUSING);
  await readyForOffline(page);
  await page.reload();
  await context.setOffline(true);
  const name = `路边烧烤${Date.now()}`;
  await page.goto("/field/enterprises/new");
  await page.getByLabel("企业名称").fill(name);
  await page.getByLabel("企业类型").selectOption({ label: "餐饮企业" });
  await page.getByLabel("企业住所").fill(`夜市 ${Date.now()} 号`);
  await page.getByLabel("法人代表").fill("王老街");
  await page.getByLabel("社会统一信用代码").fill("13900000001");
  await page.getByRole("button", { name: "增加", exact: true }).click();
  await expect(page.getByRole("heading", { name: "企业详情" })).toBeVisible();
  await page.goto("/field/enterprises");
  await page.getByLabel("搜索企业").fill("lbsk");
  await expect(page.getByRole("heading", { name: "本机新增，尚未登记" })).toBeVisible();
  await expect(page.getByRole("link", { name: new RegExp(name) })).toBeVisible();
  await context.setOffline(false);
});
