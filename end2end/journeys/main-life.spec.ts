// A hazard's life on both faces: cured in part and whole, reviewed, extended, changed, handed on, voided and taken up again;
// after every act its timeline is read where it was done, and at the end on the other face.
import { type Browser, type Page, devices, expect, test } from "@playwright/test";
import { COUNTY, GUANDU, INSPECTORS, become, setReview } from "./people";
import { failFirst, passAll, startNearest } from "./steps";

test.describe.configure({ mode: "serial" });

const description = `调压箱旁堆放杂物${String(Date.now()).slice(-6)}`;
const [, , , , , author, colleague, outsider] = INSPECTORS;
let colleagueName = "";

const phone = {
  ...devices["Pixel 7"],
  viewport: { width: 390, height: 844 },
  geolocation: GUANDU,
  permissions: ["geolocation", "camera"],
};

async function onPhone(browser: Browser, baseURL: string, account: string): Promise<Page> {
  const context = await browser.newContext({ ...phone, baseURL });
  await become(context, baseURL, account);
  return context.newPage();
}

/** The side sheet of the hazard in the ledger. */
async function onDesk(page: Page, baseURL: string) {
  await page.setViewportSize({ width: 1440, height: 900 });
  await become(page.context(), baseURL, COUNTY);
  await page.goto("/console/hazards");
  await page.getByLabel("关键字").fill(description);
  await page.getByRole("button", { name: "查询" }).click();
  const row = page.getByRole("row").filter({ hasText: description });
  await expect(row).toHaveCount(1);
  await row.getByRole("link", { name: "查看" }).click();
  await expect(page.getByRole("heading", { name: "隐患经过" })).toBeVisible();
}

async function openOnPhone(page: Page) {
  await page.goto("/field/hazards");
  await page.getByRole("link", { name: new RegExp(description) }).click();
  await expect(page.getByRole("heading", { name: "隐患经过" })).toBeVisible();
}

/** The words of the timeline's entries, the oldest first. */
const timeline = (page: Page) =>
  page.getByRole("heading", { name: "隐患经过" }).locator("xpath=..").getByRole("list").first().locator(":scope > li");

async function act(page: Page, name: string, choose: (dialog: ReturnType<Page["getByRole"]>) => Promise<void>, told: string[]) {
  await page.getByRole("button", { name, exact: true }).click();
  const dialog = page.getByRole("dialog", { name, exact: true });
  await choose(dialog);
  await dialog.getByRole("button", { name: "确定" }).click();
  await expect(dialog).toHaveCount(0);
  for (const words of told) await expect(timeline(page).last()).toContainText(words);
}

async function cure(page: Page, text: string, isPartial: boolean) {
  await page.getByLabel("整改情况").fill(text);
  if (isPartial) await page.getByRole("radio", { name: "部分整改" }).check();
  await page.getByRole("button", { name: "整改后照片", exact: true }).click();
  await page.getByRole("button", { name: "按下快门" }).click();
  await page.getByRole("group", { name: "管控措施" }).getByRole("checkbox", { name: "当场整改" }).check();
  await page.getByRole("group", { name: "处罚方式" }).getByRole("checkbox", { name: "未处罚" }).check();
  await page.getByRole("button", { name: "提交整改" }).click();
  await expect(page.getByText("整改已提交")).toBeVisible();
  await openDetailAgain(page, text);
}

/** The detail as the server tells it after an upload. */
async function openDetailAgain(page: Page, text: string) {
  const id = new URL(page.url()).pathname;
  await expect(async () => {
    await page.goto(id);
    await expect(timeline(page).last()).toContainText(text, { timeout: 3_000 });
  }).toPass({ timeout: 30_000 });
}

test.afterAll(({ }, { project }) => setReview(project.use.baseURL!, "never"));

test("two inspectors find a hazard, and cure it in part", async ({ browser, baseURL }) => {
  const page = await onPhone(browser, baseURL!, author);
  await startNearest(page);
  await page.getByRole("button", { name: "检查人员" }).click();
  const other = await onPhone(browser, baseURL!, colleague);
  const me = await other.request.post("/api/session/me", { data: {}, headers: { origin: baseURL!, "sec-fetch-site": "same-origin" } });
  colleagueName = (await me.json()).name;
  await other.context().close();
  await page.getByRole("checkbox", { name: new RegExp(colleagueName) }).check();
  await page.getByRole("button", { name: "完成" }).click();
  await failFirst(page, description);
  // Nobody here is of the department that answers for the item.
  await page.getByLabel("整治责任人").selectOption({ index: 1 });
  await passAll(page);
  await page.getByRole("button", { name: "提交检查" }).click();
  await expect(page.getByText("检查已提交")).toBeVisible();
  await expect(page.getByText("回执编号")).toBeVisible();
  await openOnPhone(page);
  await expect(timeline(page)).toHaveCount(1);
  await expect(timeline(page).first()).toContainText("发现隐患");
  await cure(page, "先搬走一半", true);
  await expect(timeline(page).last()).toContainText("部分整改");
  await expect(page.getByText("待整改", { exact: true }).first()).toBeVisible();
  // Whoever took part may name another officer, on the phone as well.
  await act(page, "变更责任人", async (dialog) => {
    await dialog.getByLabel("搜索人员").fill(colleagueName);
    await expect(dialog.getByRole("option", { name: new RegExp(colleagueName) })).toHaveCount(1);
    const wanted = await dialog.getByRole("option", { name: new RegExp(colleagueName) }).getAttribute("value");
    await dialog.getByLabel("整治责任人").selectOption(wanted);
  }, ["变更整治责任人", `→ ${colleagueName}`]);
  await page.context().close();
});

test("the office changes severity, date, department and officer, each with a reason", async ({ page, baseURL }) => {
  await onDesk(page, baseURL!);
  await page.getByRole("button", { name: "延期", exact: true }).click();
  await page.getByRole("dialog", { name: "延期" }).getByRole("button", { name: "确定" }).click();
  await expect(page.getByRole("dialog", { name: "延期" }).getByText(/应晚于原期限/)).toBeVisible();
  await page.getByRole("dialog", { name: "延期" }).getByRole("button", { name: "取消" }).click();
  const later = new Date(Date.now() + 60 * 86_400_000).toISOString().slice(0, 10);
  await act(page, "延期", async (dialog) => {
    await dialog.getByLabel("整改期限").fill(later);
    await dialog.getByLabel("原因").fill("等待配件到货");
  }, ["延期", `→ ${later}`, "等待配件到货"]);
  const severity = "重大"; // it was reported as 一般
  await act(page, "变更级别", async (dialog) => {
    await dialog.getByLabel("隐患级别").selectOption({ label: severity });
    await dialog.getByLabel("原因").fill("核对后更正级别");
  }, ["变更隐患级别", `→ ${severity}`, "核对后更正级别"]);
  await act(page, "移交", async (dialog) => {
    await dialog.getByLabel("责任部门").selectOption({ label: "文化和旅游" });
    await dialog.getByLabel("原因").fill("属该部门监管");
  }, ["移交", "→ 文化和旅游", "属该部门监管"]);
  await act(page, "变更责任人", async (dialog) => {
    await expect(dialog.getByRole("option")).not.toHaveCount(1);
    const value = await dialog.getByRole("option").filter({ hasNotText: colleagueName }).nth(1).getAttribute("value");
    await dialog.getByLabel("整治责任人").selectOption(value);
  }, ["变更整治责任人", `${colleagueName} →`]);
});

test("a cure waits for the second look, is sent back, cured again and passed by another inspector", async ({ browser, page, baseURL }) => {
  setReview(baseURL!, "all");
  const officer = await onPhone(browser, baseURL!, colleague);
  await openOnPhone(officer);
  await cure(officer, "已全部清理", false);
  await expect(timeline(officer).last()).toContainText("待复核");
  await expect(officer.getByRole("button", { name: "复核", exact: true })).toHaveCount(0);

  await onDesk(page, baseURL!);
  await act(page, "复核", async (dialog) => {
    await dialog.getByLabel("复核结果").selectOption({ label: "退回" });
    await dialog.getByRole("button", { name: "确定" }).click();
    await expect(dialog.getByText("请填写复核意见")).toBeVisible();
    await dialog.getByLabel("复核意见").fill("照片看不清");
  }, ["复核", "退回", "照片看不清"]);

  await openOnPhone(officer);
  await expect(timeline(officer).last()).toContainText("照片看不清");
  await cure(officer, "重新拍照上传", false);
  const address = officer.url();
  await officer.context().close();

  const other = await onPhone(browser, baseURL!, outsider);
  await other.goto(address);
  await act(other, "复核", async (dialog) => {
    await dialog.getByLabel("复核结果").selectOption({ label: "通过" });
  }, ["复核", "通过"]);
  await expect(other.getByText("已销号").first()).toBeVisible();
  await other.context().close();
});

test("it is taken up again, voided and taken up once more, and both faces tell the same life", async ({ browser, page, baseURL }) => {
  await onDesk(page, baseURL!);
  const because = (reason: string) => async (dialog: ReturnType<Page["getByRole"]>) => dialog.getByLabel("原因").fill(reason);
  await act(page, "重新打开", because("现场又堆放"), ["重新打开", "现场又堆放"]);
  await act(page, "作废", because("登记错了企业"), ["作废", "登记错了企业"]);
  await act(page, "重新打开", because("核实无误"), ["重新打开", "核实无误"]);
  const marks = ["发现隐患", "部分整改", "变更整治责任人", "延期", "变更隐患级别", "移交", "变更整治责任人", "整改完成", "复核",
    "整改完成", "复核", "重新打开", "作废", "重新打开"];
  const told = (page: Page) => timeline(page).locator(".mark").allInnerTexts();
  expect(await told(page)).toEqual(marks);
  const reader = await onPhone(browser, baseURL!, author);
  await openOnPhone(reader);
  expect(await told(reader)).toEqual(marks);
  await reader.context().close();
});
