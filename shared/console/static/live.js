// What is live: new events as rows of a table, and parts of pages that are read again.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const table = document.querySelector("[data-live]");
  if (table) follow(table);
  for (const part of document.querySelectorAll("[data-refresh]")) refresh(part);
  const draft = document.querySelector("[data-draft]");
  if (draft) showDrafts(draft);
});

// The server sends rows whose texts are escaped; while paused, they wait.
function follow(table) {
  const rows = table.querySelector("tbody");
  const status = document.getElementById("live-status");
  const button = document.getElementById("live-pause");
  const most = Number(table.dataset.most);
  let waiting = [];
  let paused = false;

  const add = (html) => {
    const row = document.createElement("template");
    row.innerHTML = html;
    rows.prepend(row.content);
    while (rows.children.length > most) rows.lastElementChild.remove();
    document.getElementById("live-none")?.remove();
  };
  const say = (name) => {
    status.textContent = status.dataset[name] + (waiting.length ? ` (${waiting.length})` : "");
  };
  const source = new EventSource(table.dataset.live);
  // The console is here, but RabbitMQ is away, or back: events of meanwhile follow.
  source.addEventListener("state", (event) => {
    say(paused && event.data === "connected" ? "paused" : event.data);
  });
  source.onopen = () => say(paused ? "paused" : "connected");
  source.onerror = () => say("lost");
  source.onmessage = (event) => {
    if (!paused) return add(event.data);
    waiting.push(event.data);
    if (waiting.length > most) waiting.shift();
    say("paused");
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    if (!paused) {
      waiting.forEach(add);
      waiting = [];
    }
    say(paused ? "paused" : "connected");
  });
  window.addEventListener("pagehide", () => source.close());
}

// Read a part of the page again every few seconds, unless it is used just now.
function refresh(part) {
  const seconds = Number(part.dataset.refresh);
  const timer = setInterval(async () => {
    if (document.hidden || part.contains(document.activeElement)) return;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(part.id);
      if (!fresh) return;
      part.replaceChildren(...fresh.childNodes);
      if (!fresh.dataset.refresh) clearInterval(timer);
    } catch {
      // The console is away: the next attempt may succeed.
    }
  }, seconds * 1000);
}

// Show what is typed in the frame beside it, a moment after the last change.
function showDrafts(button) {
  let timer = 0;
  button.form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => button.form.requestSubmit(button), 800);
  });
}
