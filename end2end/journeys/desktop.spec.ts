// What a clerk at a desk must be able to rely on: filters that live in the address, imports that explain themselves,
// people and enterprises that can be corrected, the keyboard.
import { expect, test, type Page } from "@playwright/test";
import { randomUUID } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { COUNTY, INSPECTORS, NATION, PREFECTURE, PROVINCE, become, newInspector, signIn } from "./people";
import { check } from "./screens";
import { endTheOther } from "./steps";

const stamp = String(Date.now()).slice(-7);

test("a filter lives in the address: it can be shared, and going back brings it back", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, PREFECTURE);
  await page.goto("/console/hazards");
  const filters = page.getByRole("search");
  await filters.getByLabel("状态").selectOption({ label: "逾期" });
  await filters.getByLabel("隐患级别").selectOption({ label: "重大" });
  await page.getByRole("button", { name: "查询" }).click();
  await expect(page).toHaveURL(/severity=major/);
  await expect(page).toHaveURL(/state=overdue/);
  const shared = page.url();
  await expect(page.getByText(/逾期 \d+ 天/).or(page.getByText("没有符合条件的记录")).first()).toBeVisible();
  await page.getByRole("button", { name: "重置" }).click();
  await expect(page).toHaveURL(/\/console\/hazards$/);
  await page.goBack();
  await expect(page.getByLabel("状态")).toHaveValue("overdue");
  const other = await context.newPage();
  await other.goto(shared);
  await expect(other.getByLabel("隐患级别")).toHaveValue("major");
});

test("a region filter goes level by level", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, PROVINCE);
  await page.goto("/console/hazards");
  await page.getByLabel("区划", { exact: true }).selectOption({ label: "昆明市" });
  await page.getByLabel("下级区划").selectOption({ label: "官渡区" });
  await page.getByRole("button", { name: "查询" }).click();
  await expect(page).toHaveURL(/region=530111/);
  await expect(page.getByRole("row").nth(1)).toContainText("官渡区");
});

test("the sheet is worked by keyboard: arrows go on, Esc closes, and the list stays", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/console/hazards");
  await page.getByRole("link", { name: "查看" }).first().click();
  const sheet = page.getByRole("complementary", { name: "隐患详情" });
  await expect(sheet).toBeVisible();
  const first = page.url();
  await page.keyboard.press("ArrowDown");
  await expect(page).not.toHaveURL(first);
  await page.keyboard.press("ArrowUp");
  await expect(page).toHaveURL(first);
  await page.keyboard.press("Escape");
  await expect(sheet).toHaveCount(0);
  await expect(page.getByRole("table")).toBeVisible();
  await page.keyboard.press("/");
  await expect(page.getByLabel("关键字")).toBeFocused();
});

for (const [what, bytes, says] of [
  ["empty", "", /空/],
  ["no workbook", "企业名称,企业类型\n甲,乙\n", /不是.*(工作簿|表格|Excel|xlsx)|无法识别|xlsx/],
  ["damaged", "PK\u0003\u0004 broken", /损坏|打不开|重新保存|不是/],
] as const) {
  test(`a file that is ${what} is refused in plain words, and another may be chosen at once`, async ({ page, context, baseURL }) => {
    await become(context, baseURL!, COUNTY);
    await page.goto("/console/imports/enterprises");
    const file = join(mkdtempSync(join(tmpdir(), "ranan-bad-")), "企业.xlsx");
    writeFileSync(file, bytes);
    await page.getByLabel("选择文件").setInputFiles(file);
    await expect(page.getByRole("alert").filter({ hasText: says })).toBeVisible();
    await expect(page.getByLabel("选择文件")).toBeEnabled();
  });
}

test("an inspector is added, corrected and deleted; the whole number is shown only on demand", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/console/people");
  await page.getByRole("button", { name: "增加" }).click();
  const form = page.getByRole("dialog");
  await form.getByLabel("姓名").fill("钱更正");
  await form.getByLabel("手机号").fill("123");
  await form.getByLabel("人员归属部门").selectOption({ label: "商务" });
  await form.getByLabel("是否内部人员").selectOption({ label: "否" });
  await form.getByRole("button", { name: "确定" }).click();
  await expect(form.getByText("手机号应为 1 开头的 11 位数字")).toBeVisible();
  await form.getByLabel("手机号").fill(`158${stamp}1`);
  await form.getByRole("button", { name: "确定" }).click();
  await expect(form).toHaveCount(0);
  const row = page.getByRole("row").filter({ hasText: "钱更正" });
  await expect(row).toContainText("158****");
  await expect(row).toContainText("否");
  await row.getByRole("button", { name: "查看完整号码" }).click();
  await expect(row).toContainText(`158${stamp}1`);

  await row.getByRole("button", { name: "编辑" }).click();
  await form.getByLabel("人员归属部门").selectOption({ label: "教育" });
  await form.getByRole("button", { name: "保存" }).click();
  await expect(row).toContainText("教育");
  await row.getByRole("button", { name: "删除" }).click();
  await form.getByRole("button", { name: "删除" }).click();
  await expect(row).toHaveCount(0);

  await page.goto("/console/audit");
  await expect(page.getByRole("row").filter({ hasText: "钱更正" }).filter({ hasText: "删除人员" })).toBeVisible();
});

test("an enterprise is added, a repeat is refused by name, one with records cannot be deleted but closed", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/console/enterprises");
  const add = async (name: string) => {
    await page.getByRole("button", { name: "增加" }).click();
    const form = page.getByRole("dialog");
    await form.getByLabel("企业名称").fill(name);
    await form.getByLabel("企业类型").selectOption({ label: "餐饮企业" });
    await form.getByLabel("企业住所").fill(`官渡区环城路${stamp}号`);
    await form.getByLabel("法人代表").fill("王测试");
    await form.getByLabel("社会统一信用代码").fill(`139${stamp}9`);
    await form.getByRole("button", { name: "确定" }).click();
    return form;
  };
  let form = await add(`台账新店${stamp}`);
  await expect(form).toHaveCount(0);
  form = await add(`另一家${stamp}`);
  await expect(form.getByText(`EXCEL或主表已存在该对象：台账新店${stamp}`)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(form).toHaveCount(0);

  await page.goto("/console/enterprises?is_inspected=true");
  const row = page.getByRole("row").nth(1);
  await row.getByRole("button", { name: "删除" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "删除" }).click();
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("不能删除");
});

test("what a phone of a newer version handed in waits for the office, which sends it back with a reason", async ({ page, context, browser, baseURL }) => {
  const phone = await browser.newContext();
  await become(phone, baseURL!, INSPECTORS[1]);
  const headers = { origin: baseURL!, "sec-fetch-site": "same-origin" };
  const me = await (await phone.request.post(`${baseURL}/api/session/me`, { data: {}, headers })).json();
  const id = randomUUID();
  const envelope = {
    format: 1, id, kind: "of_tomorrow", post: me.post.id, author: me.id, made_at: Date.now() * 1000, needs: [], photos: [], body: {},
  };
  const hand = () => phone.request.put(`${baseURL}/operations/${id}`, { data: JSON.stringify(envelope), headers });
  const answer = await hand();
  expect(answer.ok(), await answer.text()).toBeTruthy();
  expect((await answer.json()).outcome.state).toBe("held");

  await become(context, baseURL!, COUNTY);
  await page.goto("/console");
  await page.getByRole("navigation", { name: "主菜单" }).getByRole("link", { name: "待处理" }).click();
  await expect(page.getByText("代为上传（选择导出的文件）")).toBeVisible();
  await page.locator(`#view-${id}`).click();
  const sheet = page.getByRole("complementary", { name: "待处理详情" });
  await expect(sheet).toContainText(me.name);
  await expect(sheet.getByRole("button", { name: "采纳" })).toBeVisible();
  await expect(sheet.getByRole("button", { name: "改归属" })).toHaveCount(0);
  await check(page, "待处理详情");
  await sheet.getByRole("button", { name: "退回" }).click();
  const form = page.getByRole("dialog");
  await form.getByRole("button", { name: "退回" }).click();
  await expect(form.locator(".form-error")).toBeVisible();
  await form.getByLabel("退回原因").fill("请更新后重新提交");
  await form.getByRole("button", { name: "退回" }).click();
  await expect(form).toHaveCount(0);
  await expect(page).toHaveURL(/\/console\/held$/);
  await expect(page.locator(`#view-${id}`)).toHaveCount(0);
  expect((await (await hand()).json()).outcome).toMatchObject({ state: "returned", text: "请更新后重新提交" });
  await phone.close();
});

test("the choice of columns is made with the mouse in every list, on wide and narrow desks", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  for (const width of [1440, 1024]) {
    await page.setViewportSize({ width, height: 900 });
    for (const [path, column] of [
      ["people", "人员归属部门"], ["enterprises", "企业类型"], ["inspections", "企业名称"], ["hazards", "责任部门"], ["audit", "岗位"],
    ] as const) {
      await page.goto(`/console/${path}`);
      const head = page.getByRole("table").getByRole("columnheader", { name: column, exact: true });
      await page.getByText("显示列").click();
      const box = page.locator(".column-chooser").getByRole("checkbox", { name: column, exact: true });
      const wasShown = await box.isChecked();
      await box.click();
      await expect(head).toBeVisible({ visible: !wasShown });
      // The first box lies where the head is.
      await page.locator(".column-chooser").getByRole("checkbox").first().click({ trial: true });
      await box.click();
      await expect(head).toBeVisible({ visible: wasShown });
    }
  }
});

test("a visit is moved to no enterprise that the form does not show", async ({ page, context, browser, baseURL }) => {
  const phone = await browser.newContext();
  await become(phone, baseURL!, INSPECTORS[2]);
  const headers = { origin: baseURL!, "sec-fetch-site": "same-origin" };
  const me = await (await phone.request.post(`${baseURL}/api/session/me`, { data: {}, headers })).json();
  const id = randomUUID();
  const envelope = {
    format: 1, id, kind: "of_tomorrow", post: me.post.id, author: me.id, made_at: Date.now() * 1000, needs: [], photos: [], body: {},
  };
  await phone.request.put(`${baseURL}/operations/${id}`, { data: JSON.stringify(envelope), headers });
  await phone.close();
  await become(context, baseURL!, COUNTY);
  // Shown as a visit, which may be moved.
  await page.route("**/api/operations/held*", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll("of_tomorrow", "inspection") });
  });
  let moved = 0;
  await page.route("**/api/operations/move", (route) => { moved += 1; return route.abort(); });
  await page.goto(`/console/held/${id}`);
  await page.getByRole("button", { name: "改归属" }).click();
  const form = page.getByRole("dialog");
  await expect(form.getByText(/只列出前 50 家/)).toBeVisible();
  const chosen = form.getByLabel("归属企业");
  await chosen.selectOption({ index: 1 });
  await form.getByLabel("搜索企业").fill("没有这样的企业");
  await expect(chosen.getByRole("option")).toHaveCount(1);
  await expect(chosen).toHaveValue("");
  await form.getByRole("button", { name: "改归属" }).click();
  await expect(form.getByText("请选择归属企业")).toBeVisible();
  expect(moved).toBe(0);
});

test("who edits what another changed meanwhile is told, and reads the other's change after closing", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/console/enterprises?is_inspected=true");
  const row = page.getByRole("row").nth(1);
  const name = await row.getByRole("cell").first().innerText();
  await row.getByRole("button", { name: "编辑" }).click();
  const other = await context.newPage();
  await other.goto("/console/enterprises?is_inspected=true");
  await other.getByRole("row").nth(1).getByRole("button", { name: "编辑" }).click();
  const theirs = other.getByRole("dialog");
  await theirs.getByLabel("法人代表").fill("后来改的");
  await theirs.getByRole("button", { name: "保存" }).click();
  await expect(theirs).toHaveCount(0);
  await other.close();
  const mine = page.getByRole("dialog");
  await mine.getByLabel("企业名称").fill(`${name}改`);
  await mine.getByRole("button", { name: "保存" }).click();
  await expect(mine.getByRole("alert")).toContainText("已被他人修改，请刷新");
  await mine.getByRole("button", { name: "取消" }).click();
  await expect(mine).toHaveCount(0);
  await expect(async () => {
    await page.getByRole("row").nth(1).getByRole("button", { name: "编辑" }).click();
    await expect(mine.getByLabel("法人代表")).toHaveValue("后来改的", { timeout: 500 });
  }).toPass();
});

test("an act keeps the place in the list, and the arrow goes on beyond what has come", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/console/enterprises");
  await expect(page.getByText("已显示 50 条")).toBeVisible();
  await page.getByRole("button", { name: "加载更多" }).click();
  await expect(page.getByText("已显示 50 条")).toHaveCount(0);
  const shown = await page.getByText(/^已显示 \d+ 条$/).innerText();
  const row = page.getByRole("row").nth(52);
  const name = await row.getByRole("cell").first().innerText();
  await row.getByRole("button", { name: "停业" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "停业" }).click();
  await expect(row).toContainText("恢复");
  await expect(row).toContainText(name);
  await expect(page.getByText(shown)).toBeVisible();
  await row.getByRole("button", { name: "恢复" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "恢复" }).click();
  await expect(row).toContainText("停业");
  await page.reload();
  await page.getByRole("row").nth(50).getByRole("link", { name: "查看" }).click();
  const last = page.url();
  await expect(page.getByRole("complementary")).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await expect(page).not.toHaveURL(last);
  await expect(page.getByText(shown)).toBeVisible();
});

test("a refused act shows the hazard as it is by then", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/console/hazards?state=open");
  await page.getByRole("link", { name: "查看" }).nth(3).click();
  await page.getByRole("button", { name: "变更级别", exact: true }).click();
  const form = page.getByRole("dialog");
  const id = new URL(page.url()).pathname.split("/").pop();
  const headers = { origin: baseURL!, "sec-fetch-site": "same-origin" };
  const data = { event: randomUUID(), id, reason: "登记错了" };
  const voided = await context.request.post(`${baseURL}/api/hazards/void`, { data, headers });
  expect(voided.ok(), await voided.text()).toBeTruthy();
  await form.getByLabel("隐患级别").selectOption({ index: 1 });
  await form.getByLabel("原因").fill("核对后更正级别");
  await form.getByRole("button", { name: "确定" }).click();
  await expect(form.getByRole("alert")).not.toBeEmpty();
  await form.getByRole("button", { name: "取消" }).click();
  await expect(page.getByRole("complementary").getByText("已作废").first()).toBeVisible();
  await expect(page.getByRole("button", { name: "变更级别", exact: true })).toHaveCount(0);
});

test("a request that hangs is given up, and may be tried again", async ({ page, context, baseURL }) => {
  test.slow();
  await become(context, baseURL!, COUNTY);
  await page.goto("/console");
  await expect(page.getByRole("heading", { name: "概览" })).toBeVisible();
  let hangs = true;
  for (const path of ["people/list", "hazards/list", "audit/list", "statistics/read", "people/add"]) {
    await page.route(`**/api/${path}`, async (route) => { if (!hangs) await route.continue(); });
  }
  const menu = page.getByRole("navigation", { name: "主菜单" });
  for (const name of ["人员配置", "隐患台账", "操作日志"]) {
    hangs = true;
    await menu.getByRole("link", { name }).click();
    await expect(page.getByText("没有网络或服务器没有应答").first()).toBeVisible({ timeout: 25_000 });
    hangs = false;
    await page.getByRole("button", { name: "重试" }).first().click();
    await expect(page.getByRole("row").nth(1)).toBeVisible();
  }
});

test("what a link asks for and no filter knows is said to be ignored", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/console/hazards?state=bogus&from=2026-13-45&severity=major");
  await expect(page.getByText("链接中的筛选条件无法识别，已忽略")).toBeVisible();
  await expect(page.getByLabel("隐患级别")).toHaveValue("major");
  await page.getByRole("button", { name: "重置" }).click();
  await expect(page.getByText("链接中的筛选条件无法识别，已忽略")).toHaveCount(0);
  await page.getByLabel("关键字").fill("%");
  await page.getByRole("button", { name: "查询" }).click();
  await expect(page.getByText("搜索内容应含汉字、字母或数字")).toBeVisible();
});

test("statistics go down level by level, and each number leads to its rows", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, NATION);
  await page.goto("/console/statistics");
  await page.getByRole("link", { name: "云南省" }).click();
  await page.getByRole("link", { name: "昆明市" }).click();
  const county = page.getByRole("row").filter({ hasText: "官渡区" });
  await expect(county).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "合计" })).toBeVisible();
  for (const head of ["企业数", "已检查", "隐患数", "重大", "已整改", "整改率", "逾期"]) {
    await expect(page.getByRole("columnheader", { name: head, exact: true })).toBeVisible();
  }
  await county.getByRole("link").last().click();
  await expect(page).toHaveURL(/\/console\/hazards\?.*state=overdue/);
});

test("from the console to the workbench and back: each face is a page of its own", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/field");
  await page.getByRole("link", { name: "打开管理后台" }).first().click();
  await expect(page.getByRole("heading", { name: "概览" })).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "工作台" })).toBeVisible();
});

test("an address that leads nowhere says so, and a page of another office is not found", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/console/nothing");
  await expect(page.getByText("没有这个页面").first()).toBeVisible();
  await page.goto("/console/hazards/00000000-0000-7000-8000-000000000000");
  await expect(page.getByText(/找不到该隐患/)).toBeVisible();
});

test("a person sees their devices at the desk, and ends a session from elsewhere", async ({ page, browser, baseURL }) => {
  const phone = await newInspector(browser, baseURL!);
  await signIn(page, phone);
  await page.goto("/console");
  await endTheOther(page, phone);
});

test("signing out leads to the login, and back is no way in", async ({ page, context, baseURL }) => {
  await signOutOf(page, context, baseURL!);
  await page.goto("/console/people");
  await expect(page).toHaveURL(/\/login/);
});

/** With a session of its own: signing out ends it. */
async function signOutOf(page: Page, context: import("@playwright/test").BrowserContext, baseURL: string) {
  await context.clearCookies();
  await signIn(page, "13000000007"); // an inspector: even at a desk the workbench is where it begins
  await expect(page.getByRole("heading", { name: "工作台" })).toBeVisible();
  await page.goto(`${baseURL}/console`);
  await page.getByRole("button", { name: "退出登录" }).click();
  await expect(page).toHaveURL(/\/login/);
}

test.describe("without a service worker, as at the first visit", () => {
  test.use({ serviceWorkers: "block" });

  test("a part of the program that does not come says so, and comes at the next try", async ({ page, context, baseURL }) => {
    await become(context, baseURL!, COUNTY);
    let isGateway = true;
    await page.route("**/assets/*.wasm", async (route) => {
      // A gateway's page, instead of what is loaded behind the first screen.
      const first = await page.locator("link[rel=preload]").evaluateAll((links: HTMLLinkElement[]) => links.map(({ href }) => href));
      if (!isGateway || first.includes(route.request().url())) await route.continue();
      else await route.fulfill({ status: 200, contentType: "text/html", body: "<h1>请登录网络</h1>" });
    });
    await page.goto("/console");
    await expect(page.getByRole("heading", { name: "概览" })).toBeVisible();
    await page.getByRole("navigation").getByRole("link", { name: "人员配置" }).click();
    await expect(page.getByText("这一页没有加载完")).toBeVisible();
    isGateway = false;
    await page.getByRole("navigation").getByRole("link", { name: "隐患台账" }).click();
    await expect(page.getByRole("heading", { name: "隐患台账" })).toBeVisible();
    await page.goBack();
    await expect(page.getByRole("heading", { name: "人员配置" })).toBeVisible();
  });
});
