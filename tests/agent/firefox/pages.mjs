// A person at our pages in Firefox, driven over WebDriver BiDi: does a list of steps and says what stood there.
// Usage: node pages.mjs <firefox> <steps as JSON>; a step is an array: what to do, where, with what.
import puppeteer from "puppeteer-core";

const [executablePath, given] = process.argv.slice(2);
const complaints = [];
const read = [];
let step = null;

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  defaultViewport: null,
  args: ["--width=1280", "--height=900"],
  extraPrefsFirefox: { "intl.accept_languages": "de", "security.webauth.webauthn": false },
});

try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.setDefaultTimeout(60_000);
  /** Click, and wait for the page that comes of it. */
  const follow = (selector) => Promise.all([page.waitForNavigation(), page.locator(selector).click()]);
  /** Answer a question of any kind, as a person does: its control is there once the answers before make it appear. */
  async function answer(name, value) {
    const selector = `[name="${name}"]`;
    const kind = await (await page.waitForSelector(selector)).evaluate((e) => e.type || e.tagName.toLowerCase());
    if (kind === "radio") return page.locator(`${selector}[value="${value}"]`).click();
    if (kind === "checkbox") {
      const wanted = value === "yes";
      if ((await page.$eval(selector, (e) => e.checked)) !== wanted) await page.locator(selector).click();
      return null;
    }
    await page.locator(selector).fill(value);
    return page.$eval(selector, (e) => e.blur());
  }
  const doing = {
    open: (url) => page.goto(url),
    answer,
    follow,
    click: (selector) => page.locator(selector).click(),
    wait: (selector) => page.waitForSelector(selector),
    read: async (selector) => read.push(await page.$eval(selector, (e) => e.innerText)),
  };
  for (step of JSON.parse(given)) await doing[step[0]](...step.slice(1));
  const path = await page.evaluate(() => location.pathname);
  console.log(JSON.stringify({ read, path, complaints, agent: await page.evaluate(() => navigator.userAgent) }));
} catch (error) {
  console.log(JSON.stringify({ read, complaints, error: String(error?.message ?? error), step }));
} finally {
  await browser.close();
}
