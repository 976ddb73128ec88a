// What an inspector's phone must stand: no network, a reload, a crash, the wrong place, the wrong post.
import { expect, test, type BrowserContext, type Page } from "@playwright/test";
import { COUNTY, GUANDU, INSPECTORS, PREFECTURE_INSPECTOR, become, newInspector, signIn } from "./people";
import { endTheOther, failFirst, passAll, readyForOffline, startNearest, stored } from "./steps";

const [HOUSING, MARKET, COMMERCE, EMERGENCY, FIRE] = INSPECTORS;

test("the app can be installed: manifest, icons and a service worker that controls the page", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, HOUSING);
  await readyForOffline(page);
  const manifest = await (await page.request.get("/manifest.webmanifest")).json();
  expect(manifest).toMatchObject({ display: "standalone", lang: "zh-CN" });
  for (const icon of manifest.icons) expect((await page.request.get(icon.src)).status(), icon.src).toBe(200);
  const session = await context.newCDPSession(page);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  expect(installabilityErrors.filter((error) => error.errorId !== "in-incognito")).toEqual([]);
});

test("without network the workbench opens after a reload, and shows what the phone holds", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, HOUSING);
  await readyForOffline(page);
  await page.reload();
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole("heading", { name: "工作台" })).toBeVisible();
  await expect(page.getByText("无网络")).toBeVisible();
  await page.getByRole("link", { name: "企业", exact: true }).click();
  await expect(page.getByRole("main").getByRole("listitem").first()).toBeVisible();
});

test("a draft survives a reload and a crash of the tab, photo and all", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, MARKET);
  const name = await startNearest(page);
  await failFirst(page, "气瓶超期未检");
  await expect(page.getByText(/已存本机/)).toBeVisible();
  await page.reload();
  await expect(page.getByLabel("隐患描述")).toHaveValue("气瓶超期未检");
  await page.getByLabel("隐患描述").fill("气瓶超期未检，共三只");
  await expect.poll(() => stored(page)).toContain("气瓶超期未检，共三只");
  const again = await context.newPage();
  await Promise.all([page.waitForEvent("crash"), page.goto("chrome://crash").catch(() => undefined)]);

  await again.goto("/field");
  await again.getByRole("link", { name: new RegExp(`继续：${name.slice(0, 4)}`) }).first().click();
  await expect(again.getByLabel("隐患描述")).toHaveValue("气瓶超期未检，共三只");
  await expect(again.getByRole("img", { name: "隐患照片" }).first()).toBeVisible();
  await again.getByRole("button", { name: "放弃这次检查" }).click();
  await again.getByRole("dialog").getByRole("button", { name: "放弃", exact: true }).click();
  await expect(again.getByRole("heading", { name: "工作台" })).toBeVisible();
  await expect(again.getByText(/继续：/)).toHaveCount(0);
});

test("an inspection made without network waits on the phone and goes out by itself, with its receipt", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COMMERCE);
  await readyForOffline(page);
  await page.reload();
  await context.setOffline(true);
  await startNearest(page);
  await failFirst(page, "连接软管老化开裂");
  await passAll(page);
  await page.getByRole("button", { name: "提交检查" }).click();
  await expect(page.getByText(/等待上传/)).toBeVisible();
  await page.goto("/field/outbox");
  await expect(page.getByText(/^检查：/)).toBeVisible();
  await expect(page.getByRole("button", { name: "立即上传" })).toBeVisible();
  await context.setOffline(false);
  await expect(page.getByText("全部内容都已上传")).toBeVisible({ timeout: 30_000 });
  await page.getByRole("link", { name: "隐患", exact: true }).click();
  await expect(page.getByRole("link", { name: /连接软管老化开裂/ })).toBeVisible();
});

test("far from the enterprise it says how far, and a reason with a photo lets the work go on, marked", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, EMERGENCY);
  await context.setGeolocation({ ...GUANDU, latitude: GUANDU.latitude + 0.2 });
  await page.goto("/field/enterprises");
  // One that was inspected before, so that it has a position.
  const known = page.getByRole("main").getByRole("listitem").filter({ hasText: "餐饮企业" }).filter({ hasText: "隐患" });
  // By its address: the list still grows while a fresh phone loads it.
  await page.goto((await known.first().getByRole("link").getAttribute("href"))!);
  await page.getByRole("button", { name: "发起检查" }).click();
  await expect(page.getByText(/当前位置距企业 \d{4,} 米，超出允许的 \d+ 米/)).toBeVisible();
  await expect(page.getByRole("button", { name: "重新定位" })).toBeVisible();
  const goOn = page.getByRole("button", { name: "说明原因，继续检查" });
  await expect(goOn).toBeDisabled();
  await page.getByLabel("定位未匹配的原因").fill("企业搬迁，登记位置未更新");
  await page.getByRole("button", { name: "拍摄现场" }).click();
  await page.getByRole("button", { name: "按下快门" }).click();
  await goOn.click();
  await expect(page.getByText("定位未匹配")).toBeVisible();
  await passAll(page);
  await page.getByRole("button", { name: "提交检查" }).click();
  await expect(page.getByText("检查已提交")).toBeVisible();
});

test("without any position the reason is asked for, after half a minute at most", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, EMERGENCY);
  await context.clearPermissions();
  await page.goto("/field/enterprises");
  await page.getByRole("main").getByRole("listitem").nth(3).getByRole("link").click();
  await page.getByRole("button", { name: "发起检查" }).click();
  await expect(page.getByText(/没有定位权限|没有取得可用的定位/).first()).toBeVisible({ timeout: 40_000 });
  await expect(page.getByLabel("定位未匹配的原因")).toBeVisible();
});

test("提交检查 with something missing leads there and says what", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, FIRE);
  await startNearest(page);
  await page.getByRole("radiogroup").first().getByRole("radio", { name: "不合格" }).check();
  await page.getByRole("button", { name: "提交检查" }).click();
  await expect(page.getByText("隐患描述没有填写", { exact: true })).toBeVisible();
  await expect(page.getByLabel("隐患描述")).toBeFocused();
  await page.getByRole("radiogroup").first().getByRole("radio", { name: "合格", exact: true }).check();
  await page.getByRole("radiogroup").first().getByRole("radio", { name: "不合格" }).check();
  await expect(page.getByLabel("隐患描述")).toBeVisible();
});

test("co-inspectors are only those of the same level and place", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, PREFECTURE_INSPECTOR);
  await page.goto("/field/enterprises");
  await page.getByLabel("搜索企业").fill("米线");
  await page.getByRole("main").getByRole("listitem").first().getByRole("link").click();
  await page.getByRole("button", { name: "发起检查" }).click();
  await leaveThePositionStep(page, context);
  await page.getByRole("button", { name: "检查人员" }).click();
  await expect(page.getByRole("dialog").getByRole("checkbox")).toHaveCount(3);
});

/** A prefecture's inspector stands somewhere else than the enterprise found by search. */
async function leaveThePositionStep(page: Page, _context: BrowserContext) {
  const people = page.getByRole("button", { name: "检查人员" });
  const reason = page.getByLabel("定位未匹配的原因");
  await expect(people.or(reason)).toBeVisible({ timeout: 40_000 });
  if (await people.isVisible()) return;
  await reason.fill("测试");
  await page.getByRole("button", { name: "拍摄现场" }).click();
  await page.getByRole("button", { name: "按下快门" }).click();
  await page.getByRole("button", { name: "说明原因，继续检查" }).click();
}

test("an administrator's post is told why the workbench is empty", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, COUNTY);
  await page.goto("/field");
  await expect(page.getByText(/当前岗位是“官渡区 · 管理员”/)).toBeVisible();
  await expect(page.getByText(/没有检查员岗位/)).toBeVisible();
  await page.getByRole("button", { name: "切换岗位" }).click();
  await expect(page.getByRole("dialog", { name: "切换岗位" })).toBeVisible();
});

test("an ended session keeps the draft and asks for a login", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, FIRE);
  await startNearest(page);
  await failFirst(page, "燃气灶无熄火保护");
  await expect(page.getByText(/已存本机/)).toBeVisible();
  await context.clearCookies();
  await page.goto("/field");
  await expect(page.getByText("登录已失效。已填写的内容都在本机")).toBeVisible();
  await page.getByRole("link", { name: /继续：/ }).first().click();
  await expect(page.getByLabel("隐患描述")).toHaveValue("燃气灶无熄火保护");
  // The login page stays where it is, also when it is opened anew.
  await page.goto("/login");
  await page.reload();
  await expect(page.getByRole("button", { name: "获取验证码" })).toBeVisible();
  await expect(page).toHaveURL(/\/login/);
});

test("an unknown number is told so, and whom to ask", async ({ page }) => {
  await page.goto("/login");
  await page.getByLabel("手机号").fill("19900000000");
  await page.getByRole("button", { name: "获取验证码" }).click();
  await expect(page.getByText("用户不存在")).toBeVisible();
  await expect(page.getByText(/请联系本级管理员/)).toBeVisible();
});

test("a person sees their devices on the phone, and ends a session from elsewhere", async ({ page, browser, baseURL }) => {
  const phone = await newInspector(browser, baseURL!);
  await signIn(page, phone);
  await page.getByRole("link", { name: "我的" }).click();
  await endTheOther(page, phone);
});

test("an enterprise is added on site, what was typed survives a reload at once, and a repeat is filed under it", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, HOUSING);
  const name = `现场新店${Date.now() % 100000}`;
  await page.goto("/field/enterprises/new");
  await page.getByLabel("企业名称").fill(name);
  await page.getByLabel("企业类型").selectOption({ label: "餐饮企业" });
  await page.reload();
  await expect(page.getByLabel("企业名称")).toHaveValue(name);
  await page.getByLabel("企业住所").fill(`官渡区新街${name}号`);
  await page.getByLabel("法人代表").fill("王测试");
  await page.getByLabel("社会统一信用代码").fill("123");
  await page.getByRole("button", { name: "增加" }).click();
  await expect(page.getByText(/18 位|手机号/).first()).toBeVisible();
  await page.getByLabel("社会统一信用代码").fill("13900000001");
  await page.getByRole("button", { name: "增加" }).click();
  await expect(page.getByRole("heading", { name: "企业详情" })).toBeVisible();
  await expect(page.getByText("139****0001")).toBeVisible();
  await page.goto("/field/enterprises/new");
  await expect(page.getByLabel("企业名称")).toHaveValue("");
  await page.getByLabel("企业名称").fill(name);
  await page.getByLabel("企业类型").selectOption({ label: "餐饮企业" });
  await page.getByLabel("企业住所").fill(`官渡区新街${name}号`);
  await page.getByLabel("法人代表").fill("王测试");
  await page.getByLabel("社会统一信用代码").fill("13900000001");
  await page.getByRole("button", { name: "增加" }).click();
  // The phone asks nobody; the server files a repeat under the enterprise that is there already.
  await expect(page.getByRole("heading", { name: "企业详情" })).toBeVisible();
  await page.goto("/field/outbox");
  await expect(page.getByText("全部内容都已上传")).toBeVisible();
});

test("signing in at the screen leads to the workbench", async ({ page }) => {
  await signIn(page, INSPECTORS[5]);
  await expect(page.getByRole("heading", { name: "工作台" })).toBeVisible();
});

test("an enterprise with a long legal name is inspected on a narrow screen, and nothing leaves it", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, MARKET);
  const name = `昆明市官渡区金马碧鸡燃气有限责任公司春城路第${Date.now() % 100000}营业站`;
  await page.goto("/field/enterprises/new");
  await page.getByLabel("企业名称").fill(name);
  await page.getByLabel("企业类型").selectOption({ label: "餐饮企业" });
  await page.getByLabel("企业住所").fill(`官渡区${name}`);
  await page.getByLabel("法人代表").fill("王测试");
  await page.getByLabel("社会统一信用代码").fill("13900000002");
  await page.getByRole("button", { name: "增加" }).click();
  await expect(page.getByRole("heading", { name: "企业详情" })).toBeVisible();
  await page.getByRole("button", { name: "发起检查" }).click();
  await page.waitForURL(/\/field\/inspections\//);
  for (const width of [390, 360]) {
    await page.setViewportSize({ width, height: 640 });
    await expect(page.getByRole("button", { name: "提交检查" })).toBeInViewport({ ratio: 1 });
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${width} px`).toBeLessThanOrEqual(0);
  }
});

test("深色 is dark, 浅色 is light, and the choice outlives a reload", async ({ page, context, baseURL }) => {
  await become(context, baseURL!, HOUSING);
  await page.goto("/field/me");
  const lightness = () =>
    page.evaluate(() => {
      const canvas = document.createElement("canvas").getContext("2d")!;
      canvas.fillStyle = getComputedStyle(document.documentElement).backgroundColor;
      canvas.fillRect(0, 0, 1, 1);
      return Math.max(...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3));
    });
  await page.getByRole("button", { name: "深色" }).click();
  await expect.poll(lightness).toBeLessThan(80);
  await page.reload();
  await page.getByRole("button", { name: "浅色" }).click();
  await expect.poll(lightness).toBeGreaterThan(200);
});
