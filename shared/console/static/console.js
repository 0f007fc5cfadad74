// Keys for those who work all day, and small conveniences. Every page works without this file.
"use strict";

// Listeners are added here, not in attributes: the policy of the pages allows no inline code.
document.addEventListener("DOMContentLoaded", () => {
  document.addEventListener("keydown", onKey);
  document.addEventListener("submit", onSubmit);
  document.addEventListener("change", onChange);
});

const rows = () => Array.from(document.querySelectorAll("[data-row]"));

function move(step) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(all.length - 1, Math.max(0, now + step))];
  const link = next.matches("a, summary") ? next : next.querySelector("a[href]");
  if (link) link.focus();
}

function press(name) {
  const target = document.querySelector(`[data-key="${name}"]`);
  if (!target) return false;
  if (target.matches("textarea, input, select")) target.focus();
  else target.click();
  return true;
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && document.activeElement) document.activeElement.blur();
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "?") document.getElementById("keys")?.showModal();
  else if (!/^[a-z/]$/.test(event.key) || !press(event.key)) return;
  event.preventDefault();
}

// A form is sent once: a second click does nothing until the page is there.
function onSubmit(event) {
  const form = event.target;
  if (form.method !== "post" || event.submitter?.formTarget) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  window.addEventListener("pageshow", () => delete form.dataset.sent, { once: true });
}

function onChange(event) {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  if (event.target.matches("[data-all]")) {
    const boxes = event.target.closest("table").querySelectorAll("tbody input[type=checkbox]");
    boxes.forEach((box) => (box.checked = event.target.checked));
  }
}
