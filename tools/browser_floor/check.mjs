/**
 * Name each feature of the web in the given folders that some browser of the floor lacks, and fail.
 *
 *     node tools/browser_floor/check.mjs [FOLDER...]     (else public/ and src/templates/)
 */

import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HARMLESS } from "./harmless.mjs";
import { featuresOfMarkup } from "./markup.mjs";
import { featuresOfScript, ownMembers } from "./scripts.mjs";
import { featuresOfStyles } from "./styles.mjs";
import { lacking } from "./support.mjs";

const READERS = { css: featuresOfStyles, js: featuresOfScript, html: featuresOfMarkup };
const OURS = ["public", "src/templates"];
/** Mail programs are no browsers of ours: the mail keeps to tables and to styles that each of them knows. */
const MAIL = join("src", "templates", "email", "mail.html");
/** Libraries, as they were published: what each says of browsers decides whether we take it. */
const LIBRARIES = join("public", "js", "vendor");

const folders = process.argv.slice(2);
const files = (folders.length ? folders : OURS).flatMap(filesIn).filter((file) => file !== MAIL && !file.startsWith(LIBRARIES));
const complaints = [];
const excused = new Set();
const members = membersOf(files.filter((file) => file.endsWith(".js")));
for (const file of files) {
  for (const [line, what] of complaintsAbout(file)) complaints.push(`${file}:${line}: ${what}`);
}
if (!folders.length) {
  for (const key of Object.keys(HARMLESS)) {
    if (!excused.has(key)) complaints.push(`harmless.mjs: nothing uses ${key} any more, or all browsers have it`);
  }
}
if (complaints.length) {
  console.log([...new Set(complaints)].join("\n"));
  console.log("docs/browsers.md says how to use such a feature all the same.");
}
process.exitCode = complaints.length ? 1 : 0;

function filesIn(folder) {
  const found = globSync(`**/*.{${Object.keys(READERS)}}`, { cwd: folder });
  if (found.length === 0) throw new Error(`There is nothing to check in ${folder}.`);
  return found.sort().map((name) => join(folder, name));
}

function membersOf(scripts) {
  try {
    return ownMembers(scripts.map((file) => readFileSync(file, "utf8")));
  } catch {
    // A script of newer syntax is named below.
    return new Set();
  }
}

function* complaintsAbout(file) {
  const read = READERS[file.split(".").at(-1)];
  try {
    for (const { key, entry, line } of read(readFileSync(file, "utf8"), members)) {
      const browsers = lacking(entry);
      if (browsers.length === 0) continue;
      if (key in HARMLESS) excused.add(key);
      else yield [line, `${key} is not in the oldest ${browsers.join(", ")}`];
    }
  } catch (error) {
    yield [error.loc?.line ?? 1, error.message];
  }
}
