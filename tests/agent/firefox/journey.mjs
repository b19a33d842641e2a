// One customer in Firefox, driven over WebDriver BiDi: opens the link, identifies, reads, scratches, types, orders.
// Usage: node journey.mjs <firefox> <job as JSON>; writes one JSON object: the states that were seen, and what was saved.
import puppeteer from "puppeteer-core";

const [executablePath, given] = process.argv.slice(2);
const { link, how, person, language } = JSON.parse(given);
const states = [];
const complaints = [];

const browser = await puppeteer.launch({
  browser: "firefox",
  executablePath,
  headless: true,
  defaultViewport: null, // older releases do not know every command by which a viewport is emulated
  args: ["--width=1280", "--height=900"],
  extraPrefsFirefox: { "intl.accept_languages": language, "security.webauth.webauthn": false },
});

try {
  const page = await browser.newPage();
  page.on("pageerror", (error) => complaints.push(String(error)));

  const state = () => page.evaluate(() => document.body?.dataset?.state ?? "");
  /** Wait for one of the states; a refusal that nobody waits for ends the journey with its code. */
  async function wait(...wanted) {
    const end = Date.now() + 40_000;
    for (;;) {
      const now = await state().catch(() => "");
      if (wanted.includes(now)) {
        states.push(now);
        return now;
      }
      if (now === "problem") throw new Error(`refused: ${await page.evaluate(() => document.body.dataset.problem)}`);
      if (Date.now() > end) throw new Error(`state ${now}, wanted ${wanted}; ${complaints}`);
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  const tap = (selector) => page.locator(selector).click();
  const tabTo = async (selector) => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    }
    throw new Error(`${selector} is not reached with the keyboard`);
  };

  await page.goto(link);
  await wait("landing");
  const spoken = await page.evaluate(() => document.documentElement.lang);
  if (how === "decline") {
    await tap("#decline");
    await wait("declining");
    await tap("#decline-confirm");
    await wait("declined");
    console.log(JSON.stringify({ states, complaints, spoken, agent: await page.evaluate(() => navigator.userAgent) }));
    await browser.close();
    process.exit(0);
  }
  if (how === "keyboard") {
    await tabTo("#begin");
    await page.keyboard.press("Enter");
  } else {
    await tap("#begin");
  }
  if (person) {
    for (let tries = 0; tries < 400 && !page.url().includes("/idp/"); tries++) {
      const optional = await page.evaluate(() => {
        const line = document.getElementById("no-passkey-line");
        return Boolean(line && !line.hidden && line.checkVisibility());
      }).catch(() => false);
      if (optional) await tap("#no-passkey");
      await new Promise((done) => setTimeout(done, 50));
    }
    await tap(`button[value="${person}"]`);
  }
  await wait("reading", "scratch");
  if (how === "keyboard") {
    await tabTo("#download-draft");
  } else {
    const pages = await page.$$("#pages .page");
    for (const each of pages) await each.evaluate((element) => element.scrollIntoView());
    await page.evaluate(() => document.getElementById("end-of-document").scrollIntoView());
  }
  await wait("scratch");

  let code = "";
  if (how === "keyboard") {
    await tabTo("#slider");
    for (let presses = 0; presses < 8; presses++) await page.keyboard.press("ArrowRight");
    await wait("revealed");
    code = await page.evaluate(() => document.getElementById("spoken").textContent.replace(/\D/g, ""));
  } else {
    const foil = await page.$("#foil");
    await foil.evaluate((element) => element.scrollIntoView({ block: "center" }));
    const box = await foil.boundingBox();
    for (let row = 0; row < 5; row++) {
      const y = box.y + (box.height * (row + 0.5)) / 5;
      await page.mouse.move(box.x + 3, y);
      if (row === 0) await page.mouse.down();
      await page.mouse.move(box.x + box.width - 3, y, { steps: 20 });
    }
    await page.mouse.up();
    await wait("revealed");
    code = await page.evaluate(READ_DIGITS());
  }
  await page.type("#code", code);
  await page.keyboard.press("Enter");
  await wait("done");
  const file = await page.evaluate(() => document.getElementById("receipt-file").textContent.replace(/\s/g, ""));
  const agent = await page.evaluate(() => navigator.userAgent);
  console.log(JSON.stringify({ states, complaints, file, digits: code.length, spoken, agent }));
} catch (error) {
  console.log(JSON.stringify({ states, complaints, error: String(error?.message ?? error) }));
} finally {
  await browser.close();
}

/** Reads the digits from the canvas by comparing shapes; the script comes from the test. */
function READ_DIGITS() {
  return `(${JSON.parse(given).read})()`;
}
