// What pages do by themselves where scripts run; everything can be done without.
"use strict";

// To the newest text, which stands right above the place to write: that one is always in view, and hides what is below it.
function toNewest(part) {
  const last = part.querySelector(".thread > :last-child"), write = document.getElementById("write");
  if (last) window.scrollBy(0, last.getBoundingClientRect().bottom + 16 - window.innerHeight + (write ? write.offsetHeight : 0));
}

// Parts of a page that look again: quickly while they are seen, rarely while not; 304 costs nothing.
function live(part) {
  const every = 1000 * Number(part.dataset.every || 2);
  let tag = "";
  const near = () => part.getBoundingClientRect().bottom < window.innerHeight + 240;
  async function look() {
    const answer = await fetch(part.dataset.live, {
      headers: { "X-Live": "1", ...(tag ? { "If-None-Match": tag } : {}) }, credentials: "same-origin", cache: "no-store", redirect: "manual",
    });
    if (answer.type === "opaqueredirect" || answer.status === 401) return location.reload();
    if (answer.status !== 200) return;
    const was = tag;
    tag = answer.headers.get("ETag") || "";
    const text = await answer.text();
    if (part.contains(document.activeElement) && document.activeElement !== document.body) { tag = was; return; }
    const ticked = new Set([...part.querySelectorAll("input:checked")].map((box) => box.value));
    if (ticked.size) { tag = was; return; }
    const follows = "follow" in part.dataset && near();
    const fresh = new DOMParser().parseFromString(text, "text/html");
    part.replaceChildren(...fresh.body.childNodes);
    if (follows) toNewest(part);
  }
  async function again() {
    try { await look(); } catch { /* away for a moment */ }
    setTimeout(again, document.hidden ? 8 * every : every);
  }
  setTimeout(again, every);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) look().catch(() => {}); });
}

// A draft stays where it was typed until it is sent, even where the session has ended meanwhile.
function keep(field) {
  const name = "draft:" + field.dataset.draft;
  if (!field.value) field.value = sessionStorage.getItem(name) || "";
  field.addEventListener("input", () => sessionStorage.setItem(name, field.value));
  const told = document.querySelector(".told");
  if (told && ["sent", "noted", "later"].includes(told.dataset.told)) { sessionStorage.removeItem(name); field.value = ""; }
}

// How many SMS segments a text takes (GSM 03.38: 160, then 153 each; others 70, then 67).
function count(field, shown) {
  const plain = /^[@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&'()*+,\-./0-9:;<=>?¡A-ZÄÖÑÜ§¿a-zäöñüà^{}\\[~\]|€]*$/;
  const tell = () => {
    const text = field.value;
    if (!text) { shown.textContent = ""; return; }
    const isPlain = plain.test(text);
    const length = isPlain ? text.length + (text.match(/[\^{}\\[~\]|€]/g) || []).length : text.length;
    const [one, each] = isPlain ? [160, 153] : [70, 67];
    const parts = length <= one ? 1 : Math.ceil(length / each);
    shown.textContent = field.dataset.segments === undefined ? "" : `${length} signs, ${parts} SMS`;
  };
  field.addEventListener("input", tell);
  tell();
}

document.querySelectorAll("[data-live]").forEach(live);
document.querySelectorAll("[data-draft]").forEach((field) => {
  keep(field);
  const shown = document.getElementById("count");
  if (shown) count(field, shown);
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) field.form.querySelector("button").click();
  });
});
document.querySelectorAll("[data-canned]").forEach((choice) => {
  choice.addEventListener("change", () => {
    const field = choice.form.querySelector("textarea");
    if (choice.value) field.value = field.value ? `${field.value}\n${choice.value}` : choice.value;
    field.dispatchEvent(new Event("input"));
    choice.value = "";
    field.focus();
  });
});
// A form is sent once however often its button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sure && !window.confirm(event.target.dataset.sure)) { event.preventDefault(); return; }
  if (event.target.dataset.sent) { event.preventDefault(); return; }
  if (event.target.method === "post") { event.target.dataset.sent = "1"; setTimeout(() => delete event.target.dataset.sent, 4000); }
});
// Keys for whoever has no mouse at hand: / searches, r writes, j and k go through a list.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
  const lines = [...document.querySelectorAll(".line > a")];
  const here = lines.indexOf(document.activeElement);
  if (event.key === "/") { document.getElementById("q")?.focus(); event.preventDefault(); }
  if (event.key === "r") { document.getElementById("text")?.focus(); event.preventDefault(); }
  if (event.key === "j") lines[Math.min(here + 1, lines.length - 1)]?.focus();
  if (event.key === "k") lines[Math.max(here - 1, 0)]?.focus();
});
const followed = document.querySelector("[data-follow]");
if (followed && !location.hash) toNewest(followed);

// Bookings are dragged in a calendar to another time, or to somebody else's column; the form gives MOVE.
document.querySelectorAll("[data-calendar]").forEach((calendar) => {
  const rows = Number(calendar.dataset.rows), form = document.getElementById("moved");
  const two = (number) => String(number).padStart(2, "0");
  let held = null, grip = 0;
  calendar.addEventListener("dragstart", (event) => {
    held = event.target.closest("[data-booking]");
    if (!held) return;
    grip = event.clientY - held.getBoundingClientRect().top;
    event.dataTransfer.setData("text/plain", held.dataset.booking);
    event.dataTransfer.effectAllowed = "move";
  });
  calendar.querySelectorAll("[data-day]").forEach((column) => {
    column.addEventListener("dragover", (event) => { if (held) { event.preventDefault(); column.classList.add("over"); } });
    column.addEventListener("dragleave", () => column.classList.remove("over"));
    column.addEventListener("drop", (event) => {
      event.preventDefault();
      column.classList.remove("over");
      if (!held) return;
      const box = column.getBoundingClientRect();
      const row = Math.min(Math.max(Math.round((event.clientY - grip - box.top) * rows / box.height), 0), rows - 1);
      const minutes = Number(calendar.dataset.first) * 60 + row * 15;
      const to = `${column.dataset.day} ${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
      const whose = column.dataset.staff && column.dataset.staff !== held.dataset.with ? ` with ${column.dataset.staff}` : "";
      form.elements.words.value = `MOVE ${held.dataset.booking} ${to}${whose}`;
      form.dataset.sure = `Move #${held.dataset.booking}, ${held.dataset.client}, to ${to}${whose}? The client is told.`;
      held = null;
      form.requestSubmit();
    });
  });
});

// The page one is on stays in sight in a bar that is wider than the screen.
document.querySelectorAll(".bar nav, .tabs").forEach((bar) => {
  const here = bar.querySelector("[aria-current]");
  if (!here) return;
  const [box, own] = [bar.getBoundingClientRect(), here.getBoundingClientRect()];
  if (own.left < box.left || own.right > box.right) bar.scrollLeft += (own.left + own.right - box.left - box.right) / 2;
});

// What is typed beside a button stays while the part around it is looked at again.
document.querySelectorAll("[data-live]").forEach((part) => {
  const typed = new Map();
  part.addEventListener("input", (event) => {
    if (event.target.name === "more") typed.set(event.target.form.elements.words.value, event.target.value);
  });
  new MutationObserver(() => part.querySelectorAll("input[name=more]").forEach((field) => {
    field.value ||= typed.get(field.form.elements.words.value) || "";
  })).observe(part, { childList: true });
});
