// The session page as a JavaScript Worker would make it: the same token, queries, page and headers.
// page.js and queries.js are made from our own templates and queries (tools/bench/javascript.py),
// so that both Workers send the same bytes.
import { page } from "./page.js";
import { OUTCOME, FIND } from "./queries.js";

const JOIN_WINDOW_S = 15 * 60;
const OVERTIME_S = 15 * 60;
let key, calendarKey;

export default {
  async fetch(request, env) {
    const started = Date.now();
    const url = new URL(request.url);
    const [, id] = url.pathname.match(/^\/session\/([^/]+)$/) ?? [];
    if (!id) return new Response("Not found", { status: 404 });
    const user = await signedInUser(request, env);
    if (!user) return new Response("Please sign in.", { status: 401 });
    const [found] = await env.DB.batch([env.DB.prepare(FIND).bind(id), env.DB.prepare(OUTCOME).bind(id)]);
    const row = found.results[0];
    if (!row) return new Response("Session not found. Check your dashboard.", { status: 404 });
    const role = user === row.student_id ? "student" : user === row.teacher_id ? "teacher" : null;
    if (!role) return new Response("You're not part of this session.", { status: 403 });
    env.ANALYTICS.writeDataPoint({ indexes: [id], blobs: ["page_view", id, role], doubles: [] });
    const now = Math.floor(Date.now() / 1000);
    const calendar = await calendarAddress(user, env);
    const response = new Response(page({ calendar, ...values(row, role, now, env) }), { headers: headers(url) });
    console.log(JSON.stringify({
      event: "request", request_id: response.headers.get("X-Request-Id"), method: request.method,
      route: "/session/{session_id}", status: 200, milliseconds: Date.now() - started, d1_round_trips: 1,
    }));
    return response;
  },
};

async function signedInUser(request, env) {
  const cookies = Object.fromEntries((request.headers.get("Cookie") ?? "").split(/; */).map((pair) => pair.split(/=(.*)/)));
  const [head, body, signature] = (cookies[env.AUTH_COOKIE] ?? "").split(".");
  if (!signature) return null;
  key ??= await crypto.subtle.importKey("raw", new TextEncoder().encode(env.AUTH_JWT_SECRET),
    { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
  const genuine = await crypto.subtle.verify("HMAC", key, bytes(signature), new TextEncoder().encode(`${head}.${body}`));
  const { sub, exp } = JSON.parse(new TextDecoder().decode(bytes(body)));
  return genuine && exp > Date.now() / 1000 ? sub : null;
}

// Signed as itsdangerous signs it.
async function calendarAddress(user, env) {
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  calendarKey ??= await crypto.subtle.importKey("raw",
    await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`calendarsigner${env.LINK_SECRETS}`)), algorithm, false, ["sign"]);
  const content = base64url(new TextEncoder().encode(JSON.stringify(user)));
  const signature = await crypto.subtle.sign("HMAC", calendarKey, new TextEncoder().encode(content));
  return `//${new URL(env.PUBLIC_URL).host}/calendar/${content}.${base64url(new Uint8Array(signature))}.ics`;
}

function base64url(data) {
  return btoa(String.fromCharCode(...data)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytes(base64url) {
  return Uint8Array.from(atob(base64url.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
}

function values(row, role, now, env) {
  const person = (of) => ({
    id: row[`${of}_id`], name: row[`${of}_name`], avatar: row[`${of}_avatar`],
    zone: row[`${of}_time_zone`], present: Boolean(row[`${of}_present`]),
  });
  const viewer = person(role), other = person(role === "student" ? "teacher" : "student");
  const start = row.scheduled_start, end = row.scheduled_end;
  const dashboard = role === "student" ? env.STUDENT_DASHBOARD_URL : env.TEACHER_DASHBOARD_URL;
  return {
    viewer, other, dashboard,
    session: { id: row.id, course: row.course_title },
    course_url: env.COURSE_URL.replace("{course_id}", encodeURIComponent(row.course_id)),
    start: clock(start, viewer.zone), opens: clock(start - JOIN_WINDOW_S, viewer.zone),
    wait: duration(start - now),
    span: span(start, end, viewer.zone),
    data: {
      callsPeer: true, canJoin: true, canMove: false, closesAt: end + OVERTIME_S, frames: [], id: row.id,
      clock: { localeTag: "en-GB", monthFirst: false, timeZone: viewer.zone, utcOffset: utcOffset(start, viewer.zone) },
      opensAt: start - JOIN_WINDOW_S, other: { name: other.name, called: other.name, present: other.present },
      recorded: Boolean(row.recording_enabled) && env.VIDEO_PROVIDER !== "peer",
      recordedInBrowser: Boolean(row.recording_enabled) && env.VIDEO_PROVIDER === "peer", role,
      scheduledEnd: end, scheduledStart: start, serverTime: now, view: "joinable",
    },
  };
}

const formats = new Map();
function parts(moment, zone) {
  let format = formats.get(zone);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, weekday: "long", day: "numeric", month: "long", year: "numeric",
      hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "longOffset",
    });
    formats.set(zone, format);
  }
  return Object.fromEntries(format.formatToParts(moment * 1000).map(({ type, value }) => [type, value]));
}

function clock(moment, zone) {
  const { hour, minute } = parts(moment, zone);
  return `${hour}:${minute}`;
}

function utcOffset(moment, zone) {
  const [, sign, hours, minutes] = parts(moment, zone).timeZoneName.match(/([+-])(\d\d):(\d\d)/) ?? [0, "+", 0, 0];
  return Number(`${sign}1`) * (hours * 3600 + minutes * 60);
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
function iso(p) {
  const two = (number) => String(number).padStart(2, "0");
  return `${p.year}-${two(MONTHS.indexOf(p.month) + 1)}-${two(p.day)}T${p.hour}:${p.minute}:${p.second}${p.timeZoneName.slice(3) || "+00:00"}`;
}

const abbreviations = new Map();
function span(start, end, zone) {
  const first = parts(start, zone), last = parts(end, zone);
  if (!abbreviations.has(zone)) {
    // en-GB knows Europe's abbreviations, en-US America's.
    const short = (locale) => new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: "short" })
      .formatToParts(start * 1000).find(({ type }) => type === "timeZoneName").value;
    abbreviations.set(zone, zone.startsWith("America/") ? short("en-US") : short("en-GB"));
  }
  const name = zone.includes("/") ? `${zone.split("/").at(-1).replaceAll("_", " ")} time (${abbreviations.get(zone)})` : zone;
  return {
    date: `${first.weekday}, ${first.day} ${first.month} ${first.year}`,
    start: `${first.hour}:${first.minute}`,
    end: `${last.hour}:${last.minute}${last.day === first.day ? "" : ` on ${last.weekday}`}`,
    zone: name, length: duration(end - start), start_iso: iso(first), end_iso: iso(last),
  };
}

function duration(seconds) {
  let minutes = Math.max(1, Math.round(seconds / 60));
  let hours = Math.floor(minutes / 60);
  minutes %= 60;
  const days = Math.floor(hours / 24);
  hours %= 24;
  return [[days, "day"], [hours, "hour"], [days ? 0 : minutes, "minute"]].filter(([count]) => count)
    .map(([count, unit]) => (count === 1 ? `${count} ${unit}` : `${count} ${unit}s`)).join(" ");
}

function headers(url) {
  return {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy":
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; " +
      `media-src 'self' blob:; connect-src 'self' ws://${url.host} wss://${url.host}; ` +
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Permissions-Policy":
      "camera=(self), microphone=(self), display-capture=(self), autoplay=(self), fullscreen=(self), " +
      "picture-in-picture=(self), screen-wake-lock=(self), speaker-selection=(self), clipboard-write=(self), " +
      "geolocation=(), payment=(), usb=(), serial=(), midi=()",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000",
    "Cache-Control": "private, no-store",
    "Vary": "Cookie, Accept-Language",
    "X-Frame-Options": "DENY",
    "X-Request-Id": crypto.randomUUID().replaceAll("-", ""),
  };
}
