// SPDX-License-Identifier: MIT
// Opens pages in headless Chromium: no console message, no request, no axe violation in light and dark, nothing wider than the screen,
// no element or attribute but those the program makes, the sample page within three screens of a phone and on two sheets. Leaves screenshots and a print of each page in OUT_FOLDER when SHOTS is 1.
//   node check_pages.mjs CHROMIUM OUT_FOLDER SHOTS PAGE.html…
import { chromium } from 'playwright-core';
import fs from 'node:fs';
import path from 'node:path';

const [, , browserPath, out, withShots, ...pages] = process.argv;
const axe = fs.readFileSync(new URL('./node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');
// What render/html_*.cc and svg_charts.cc can make; anything else came from a report.
const elements = new Set(('html head meta title style body header main footer section div p span b bdi code br a h1 h2 h3 ul ol li dl dt dd table caption thead tbody tr th td ' +
  'figure figcaption details summary input label svg defs pattern desc g rect path line circle text').split(' '));
const attributes = new Set(('lang charset http-equiv content name class id role scope tabindex aria-label aria-labelledby aria-hidden focusable href rel viewBox width height x y x1 x2 y1 y2 ' +
  'data-label type for checked cx cy r d text-anchor preserveAspectRatio patternUnits patternTransform').split(' '));
const phone = { width: 390, height: 844 };
const mostScreens = { sample: 3 };  // by the name of a page
const mostSheets = { sample: 2, 'sample-90-days': 2 };
const faults = [];

const browser = await chromium.launch({
  executablePath: browserPath, headless: true,
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
for (const file of pages) {
  const name = path.basename(file, '.html');
  const fault = (text) => { faults.push(`${name}: ${text}`); console.log(`${name}: ${text}`); };
  for (const [scheme, width] of withShots === '1' ? [['light', 1280], ['dark', 1280], ['light', 390], ['dark', 390]] : [['light', 1280], ['dark', 390]]) {
    const context = await browser.newContext({ viewport: { width, height: 900 }, colorScheme: scheme });
    const page = await context.newPage();
    page.on('console', (message) => fault(`console: ${message.text()}`));
    page.on('pageerror', (error) => fault(`error: ${error.message}`));
    page.on('dialog', (dialog) => { fault(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on('request', (request) => { if (request.url() !== `file://${path.resolve(file)}`) fault(`request: ${request.url()}`); });
    await page.goto(`file://${path.resolve(file)}`);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (wider > 0) fault(`${width} px: ${wider} px too wide`);
    const height = await page.evaluate(() => document.documentElement.scrollHeight);
    if (width === phone.width && height > mostScreens[name] * phone.height) fault(`${width} px: ${height} px high, more than ${mostScreens[name]} screens`);
    if (withShots === '1') await page.screenshot({ path: path.join(out, `${name}-${scheme}-${width}.png`), fullPage: true });
    // What a phone folds opens by keyboard; wide screens and paper show it as it is.
    const folded = () => page.evaluate(() => [...document.querySelectorAll('.tail')].filter((e) => !e.checkVisibility()).length);
    if (width === phone.width)
      for (const id of await page.evaluate(() => [...document.querySelectorAll('.fold')].map((e) => e.id))) {
        await page.focus(`#${id}`);
        await page.keyboard.press('Space');
      }
    if (await folded()) fault(`${width} px: ${await folded()} folded`);
    await page.evaluate(axe);
    const found = await page.evaluate(() => axe.run());
    for (const v of found.violations) fault(`axe ${scheme} ${width}: ${v.id}: ${v.nodes.length} × ${v.nodes[0].html.slice(0, 160)}`);
    if (scheme === 'light' && width === 1280) {
      const made = await page.evaluate(() => [...document.querySelectorAll('*')].map((e) => [e.localName, ...e.getAttributeNames()]));
      for (const [element, ...names] of made) {
        if (!elements.has(element)) fault(`element ${element}`);
        for (const one of names) if (!attributes.has(one)) fault(`attribute ${one} of ${element}`);
      }
      const links = await page.evaluate(() => [...document.querySelectorAll('[href]')].map((e) => e.getAttribute('href')));
      for (const link of links) if (!/^(https:\/\/[a-z0-9.-]+\/[\x21-\x7e]*|[a-z0-9_][a-z0-9._-]*\.html)$/.test(link) || /^https:.*evil\.example/.test(link)) fault(`link ${link}`);
      const control = await page.evaluate(() => /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/.test(document.documentElement.textContent));
      if (control) fault('text with control or bidirectional characters');
      if (await page.evaluate(() => document.scripts.length)) fault('a script');
      if (mostSheets[name]) {
        const pdf = (await page.pdf({ format: 'A4' })).toString('latin1');
        const sheets = (pdf.match(/\/Type\s*\/Page\b/g) ?? []).length;
        if (sheets < 1 || sheets > mostSheets[name]) fault(`print: ${sheets} sheets`);
      }
      if (withShots === '1') {
        await page.pdf({ path: path.join(out, `${name}-print.pdf`), format: 'A4', printBackground: false });
        await page.emulateMedia({ media: 'print', colorScheme: 'light' });
        await page.setViewportSize({ width: 718, height: 1000 });  // A4 less the margins
        await page.screenshot({ path: path.join(out, `${name}-print.png`), fullPage: true });
      }
    }
    await page.emulateMedia({ media: 'print' });
    if (await folded()) fault(`print: ${await folded()} folded`);
    await context.close();
  }
}
await browser.close();
console.log(`${pages.length} pages, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);
