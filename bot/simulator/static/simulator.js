// The page keeps itself up to date, and sends without being loaded anew; without this script, it is loaded anew.
"use strict";

const parts = () => [...document.querySelectorAll("[data-part]")];
const known = new Map(parts().map((part) => [part.id, part.innerHTML]));
let tag = "";

function toTheEnd(talk) { talk.scrollTop = talk.scrollHeight; }

// One part of the page as it is now; whoever was in it with the keyboard goes on where the phone is typed on.
function renew(part, fresh) {
  if (known.get(part.id) === fresh.innerHTML) return;
  known.set(part.id, fresh.innerHTML);
  const phone = part.closest("[data-phone]");
  const step = part.contains(document.activeElement) ? document.activeElement.value : null;
  part.replaceChildren(...fresh.childNodes);
  if (step !== null) ([...part.querySelectorAll("button")].find((one) => one.value === step) || phone?.querySelector("input[id]") || part).focus();
  if (!phone) return;
  toTheEnd(part);
  if (!phone.offsetParent) document.querySelector(`[data-tab="${CSS.escape(phone.dataset.phone)}"]`)?.classList.add("new");
}

async function look() {
  const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store" });
  document.getElementById("away").hidden = answer.ok || answer.status === 304;
  if (answer.status !== 200) return;
  tag = answer.headers.get("ETag") || "";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = new Map([...page.querySelectorAll("[data-part]")].map((part) => [part.id, part]));
  const here = parts();
  if (fresh.size !== here.length || here.some((part) => !fresh.has(part.id))) return location.reload();
  for (const part of here) renew(part, fresh.get(part.id));
}

async function lookAgain() {
  try { if (!document.hidden) await look(); } catch { document.getElementById("away").hidden = false; }
}

async function every() {
  await lookAgain();
  setTimeout(every, 1000);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!("send" in form.dataset)) return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  const field = form.querySelector("input[id]");
  if (form.dataset.busy || (body.has("text") && !body.get("text").trim())) return;
  form.dataset.busy = "1";
  try {
    const answer = await fetch(form.action, { method: "POST", body, redirect: "manual" });
    if (answer.type !== "opaqueredirect") throw new Error(String(answer.status));
    if (field) field.value = "";
  } catch { document.getElementById("away").hidden = false; }
  delete form.dataset.busy;
  await lookAgain();
  for (const wait of [200, 500]) setTimeout(lookAgain, wait);
});

document.addEventListener("visibilitychange", lookAgain);
document.querySelectorAll(".talk").forEach(toTheEnd);
setTimeout(every, 1000);
