// Every screen of the phone, as an inspector sees it.
import { expect, test } from "@playwright/test";
import { COUNTY, INSPECTORS, become } from "./people";
import { check } from "./screens";

const [, , COMMERCE] = INSPECTORS;

for (const [address, title] of [
  ["/field", "工作台"],
  ["/field/enterprises", "选择企业"],
  ["/field/enterprises/new", "现场新增企业"],
  ["/field/hazards", "待整改隐患"],
  ["/field/outbox", "待上传"],
  ["/field/me", "我的"],
] as const) {
  test(title, async ({ page, context, baseURL }) => {
    await become(context, baseURL!, COMMERCE);
    await page.goto(address);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(page.getByText("正在加载…")).toHaveCount(0);
    await check(page, title);
  });
}

test("登录", async ({ page }) => {
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "登录" })).toBeVisible();
  await check(page, "登录");
});

test("工作台 of the wrong post", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/field");
  await expect(page.getByText(/当前岗位是/)).toBeVisible();
  await check(page, "工作台");
});

test("企业详情, 现场检查 and its hazard sheet", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COMMERCE);
  await page.goto("/field/enterprises");
  await page.getByRole("button", { name: "附近企业" }).click();
  await expect(page.getByText("已按远近排列")).toBeVisible();
  await page.getByRole("main").getByRole("listitem").filter({ hasText: "餐饮企业" }).first().getByRole("link").click();
  await expect(page.getByRole("heading", { name: "检查历史" })).toBeVisible();
  await check(page, "企业详情");
  await page.getByRole("button", { name: "发起检查" }).click();
  await page.getByRole("radiogroup").first().getByRole("radio", { name: "不合格" }).check();
  await page.getByRole("button", { name: "提交检查" }).click();
  await check(page, "现场检查");
  await expect(page.getByRole("region", { name: "隐患" })).toMatchAriaSnapshot({ name: "hazard-sheet.aria.yml" });
  await page.getByRole("button", { name: "检查人员" }).click();
  await expect(page.getByRole("dialog", { name: "检查人员" })).toBeVisible();
  await check(page, "检查人员");
  await page.getByRole("button", { name: "完成" }).click();
  await page.getByRole("button", { name: "拍照" }).click();
  await expect(page.getByRole("button", { name: "按下快门" })).toBeVisible();
  await check(page, "拍照");
});

test("隐患详情 with the form of the cure", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COMMERCE);
  await page.goto("/field/hazards");
  await page.getByRole("main").getByRole("link").first().click();
  await expect(page.getByLabel("整改情况")).toBeVisible();
  await expect(page.getByText("正在加载…")).toHaveCount(0);
  await check(page, "隐患详情");
  await expect(page.getByRole("main").locator("form").first()).toMatchAriaSnapshot({ name: "cure-form.aria.yml" });
});
