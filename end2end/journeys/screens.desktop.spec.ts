// Every screen of the desk, as its administrators see it.
import { expect, test } from "@playwright/test";
import { COUNTY, PROVINCE, become } from "./people";
import { check } from "./screens";

const SCREENS = [
  ["/console", "概览"],
  ["/console/people", "人员配置"],
  ["/console/enterprises", "企业信息配置"],
  ["/console/imports/people", "导入人员"],
  ["/console/imports/enterprises", "导入企业"],
  ["/console/inspections", "检查记录"],
  ["/console/hazards", "隐患台账"],
  ["/console/held", "待处理"],
  ["/console/statistics", "统计报表"],
  ["/console/checklists", "检查清单"],
  ["/console/audit", "操作日志"],
] as const;

for (const [office, account] of [["county", COUNTY], ["province", PROVINCE]] as const) {
  for (const [address, title] of SCREENS) {
    if (office === "province" && address.endsWith("imports/enterprises")) continue; // a county's task
    test(`${title}, for a ${office}`, async ({ page, context, baseURL }) => {
      await become(context, baseURL!, account);
      await page.goto(address);
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
      await expect(page.getByText("正在加载…")).toHaveCount(0);
      await check(page, title);
    });
  }
}

test("登录", async ({ page }) => {
  await page.goto("/login");
  await expect(page.getByRole("button", { name: "登录" })).toBeVisible();
  await check(page, "登录");
  await expect(page.getByRole("main")).toMatchAriaSnapshot({ name: "login.aria.yml" });
});

for (const [address, link, title] of [
  ["/console/hazards", "查看", "隐患详情"],
  ["/console/inspections", "查看", "检查详情"],
  ["/console/enterprises", "查看", "企业详情"],
] as const) {
  test(`${title}, beside its list`, async ({ page, context, baseURL }) => {
    await become(context, baseURL!, COUNTY);
    await page.goto(address);
    await page.getByRole("link", { name: link }).first().click();
    const sheet = page.getByRole("complementary", { name: title });
    await expect(sheet).toBeVisible();
    await expect(sheet.getByText("正在加载…")).toHaveCount(0);
    await check(page, title);
  });
}

test("the frame of the console keeps its words", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/console/hazards");
  await expect(page.getByRole("table")).toBeVisible();
  await expect(page.getByRole("navigation", { name: "主菜单" })).toMatchAriaSnapshot({ name: "menu.aria.yml" });
  await expect(page.getByRole("search")).toMatchAriaSnapshot({ name: "ledger-filters.aria.yml" });
  await expect(page.getByRole("table").getByRole("row").first()).toMatchAriaSnapshot({ name: "ledger-head.aria.yml" });
});

test("the forms of people and enterprises", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  for (const [address, name] of [["/console/people", "person-form.aria.yml"], ["/console/enterprises", "enterprise-form.aria.yml"]]) {
    await page.goto(address);
    await page.getByRole("button", { name: "增加" }).click();
    await expect(page.getByRole("dialog")).toBeVisible();
    await check(page, name);
    await expect(page.getByRole("dialog")).toMatchAriaSnapshot({ name });
  }
});
